"""Overrides that outlive the test which laid them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import FastAPI

OverrideMap = dict[Callable[..., Any], Callable[..., Any]]


class Overrides:
    """The overrides of the running app, and of every app mounted in it.

    What a test writes into `app.dependency_overrides` of the fixture `app` is its own, and that
    fixture puts it back. What stays all the same was laid on another object or behind its back.
    """

    def __init__(self) -> None:
        self._before: WeakKeyDictionary[FastAPI, OverrideMap] = WeakKeyDictionary()

    def watch(self, app: FastAPI) -> None:
        """Look at `app` and what is mounted in it, from now on."""
        if app not in self._before:
            for each in _with_mounted(app):
                self._before[each] = dict(each.dependency_overrides)

    def note(self) -> None:
        """Take those that lie now for the user's own, which are kept."""
        for app in self._before:
            self._before[app] = dict(app.dependency_overrides)

    @contextmanager
    def adopting(self) -> Iterator[None]:
        """Take for the user's own what is laid in this block, among a test's overrides."""
        earlier = {app: dict(app.dependency_overrides) for app in self._before}
        yield
        for app, before in earlier.items():
            now = app.dependency_overrides
            laid = {one: new for one, new in now.items() if before.get(one) is not new}
            self._before[app].update(laid)

    def restore(self) -> list[str]:
        """Put back exactly those that were noted; return a line for each that was not so."""
        lines = []
        for app, before in self._before.items():
            now = app.dependency_overrides
            if now != before:
                changed = {one for one in {**before, **now} if before.get(one) != now.get(one)}
                lines += sorted(_line(one, now.get(one), app) for one in changed)
                now.clear()
                now.update(before)
        return lines


def _with_mounted(app: FastAPI) -> Iterator[FastAPI]:
    yield app
    for route in app.routes:
        mounted = getattr(route, "app", None)
        if isinstance(mounted, FastAPI):
            yield from _with_mounted(mounted)


def _line(dependency: Any, override: Any, app: FastAPI) -> str:
    if override is None:
        return f"the app {app.title!r} without its override of {_name(dependency)}"
    return f"the override of {_name(dependency)} by {_name(override)} on the app {app.title!r}"


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", function))
