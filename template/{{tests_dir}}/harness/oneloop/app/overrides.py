"""Dependency overrides: laid over the app for one test, and restored exactly."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI


@contextmanager
def overriding(
    app: FastAPI, overrides: Mapping[Callable[..., Any], Callable[..., Any]]
) -> Iterator[None]:
    """Lay `overrides` over those of `app`; at the end have exactly those it had before.

    `clear()` at the end, which is the usual way, takes the user's own overrides along.
    """
    before = dict(app.dependency_overrides)
    app.dependency_overrides.update(overrides)
    try:
        yield
    finally:
        app.dependency_overrides.clear()
        app.dependency_overrides.update(before)
