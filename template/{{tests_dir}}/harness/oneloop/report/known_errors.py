"""The known errors of known_errors.toml, and how an error is recognised as one of them."""

import logging
import re
import textwrap
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ..errors import chain

DATA = Path(__file__).with_name("known_errors.toml")
PAGE = "docs/testing/known-errors.md"
WIDTH = 88
LOGGED: "pytest.StashKey[LoggedErrors]" = pytest.StashKey()


@dataclass(frozen=True)
class Pattern:
    raised: str = ""  # the top-level package and the name of the error's class
    says: str = ""
    sqlstate: str = ""

    def matches(self, error: BaseException, text: str, kinds: set[str]) -> bool:
        if self.raised and self.raised not in kinds:
            # pydantic keeps the text alone of an error that an attribute raised.
            text, _, inner = text.partition(f"Error extracting attribute: {self.raised.partition('.')[2]}:")
            return bool(inner and re.search(self.says, inner))
        if self.sqlstate and getattr(error, "sqlstate", None) != self.sqlstate:
            return False
        return re.search(self.says, text) is not None


def describe(error: BaseException) -> str:
    # Not `str(error)`: an error whose own `__str__` fails must not end the report.
    return "".join(traceback.format_exception_only(error)).rstrip()


@dataclass(frozen=True)
class KnownError:
    name: str
    patterns: tuple[Pattern, ...]
    cause: str
    fix: str

    def explain(self) -> str:
        anchor = self.name.lower().replace(" ", "-")
        lines = f"Cause: {self.cause}", f"Fix: {self.fix}", f"Page: {PAGE}#{anchor}"
        wrapper = textwrap.TextWrapper(WIDTH, subsequent_indent=" " * 7, break_on_hyphens=False)
        return "\n".join(map(wrapper.fill, lines))


@cache
def known_errors() -> tuple[KnownError, ...]:
    found = []
    for entry in tomllib.loads(DATA.read_text("utf-8"))["error"]:
        patterns = tuple(Pattern(**each) for each in entry["patterns"])
        cause, fix = (" ".join(entry[name].split()) for name in ("cause", "fix"))
        found.append(KnownError(entry["name"], patterns, cause, fix))
    return tuple(found)


def recognise(error: BaseException) -> list[KnownError]:
    """Return the known errors in the traceback of `error`, each once; the likely cause of the others first."""
    links = [link for link in chain(error) if not _is_of_blockbuster(link)]
    found: dict[KnownError, None] = {}
    for link in links:
        text = describe(link)
        kinds = {f"{kind.__module__.partition('.')[0].lstrip('_')}.{kind.__name__}" for kind in type(link).__mro__}
        known = (each for each in known_errors() if any(one.matches(link, text, kinds) for one in each.patterns))
        found.update(dict.fromkeys(known))
    return list(found)


def _is_of_blockbuster(error: BaseException) -> bool:
    # It asks for the running loop in each call that it watches, and handles the error in a thread.
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1:]
    watched = [frame.f_globals.get("__name__") for frame in frames] == ["blockbuster.blockbuster"]
    return watched and isinstance(error, RuntimeError)


class LoggedErrors(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.known: dict[KnownError, None] = {}
        self.body_failed = False

    def emit(self, record: logging.LogRecord) -> None:
        # The error itself is not kept: its traceback would keep sessions alive.
        args = record.args if isinstance(record.args, tuple) else ()
        values: list[Any] = [*(record.exc_info or ()), *args, *vars(record).values()]
        for value in values:
            if issubclass(type(value), BaseException):  # `isinstance` asks the value, and a proxy may fail
                self.known.update(dict.fromkeys(recognise(value)))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Iterator[None]:
    """Undo `fileConfig` of a migration's env.py, which removes every handler and silences every logger."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        return (yield)
    finally:
        if handlers and handlers[0] not in root.handlers:
            root.handlers[:] = handlers
            root.setLevel(level)
            for name in list(root.manager.loggerDict):
                logging.getLogger(name).disabled = False


pytest_runtest_call = pytest_fixture_setup  # for a test that migrates in its body


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    item.stash[LOGGED] = logged = LoggedErrors()
    root = logging.getLogger()
    root.addHandler(logged)
    try:
        return (yield)
    finally:
        root.removeHandler(logged)
        del item.stash[LOGGED]  # pytest keeps each item until the run ends
