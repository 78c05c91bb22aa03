"""Listening to every SQLAlchemy engine, in a project that may not have SQLAlchemy."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any


@contextmanager
def listening(listeners: dict[str, Callable[..., Any]]) -> Iterator[None]:
    """Call the listener of each event of an engine, by the event's name, until the block ends."""
    if not _has_sqlalchemy():
        yield
        return
    from sqlalchemy import event  # noqa: PLC0415  it may not be installed
    from sqlalchemy.engine import Engine  # noqa: PLC0415  likewise

    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def _has_sqlalchemy() -> bool:
    try:
        return find_spec("sqlalchemy") is not None
    except ValueError:  # `sys.modules` says that there is none
        return False
