"""The known errors, read from known_errors.toml, and how an error is recognised."""

import logging
import re
import textwrap
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).with_name("known_errors.toml")
PAGE = "docs/testing/known-errors.md"
WIDTH = 88


@dataclass(frozen=True)
class Pattern:
    """What an error shows; everything that is given must be true of it.

    `raised` is the top-level package of a class and its name, since modules inside a package move
    between versions. `sqlstate` is PostgreSQL's code, the same from every driver and language.
    """

    raised: str = ""
    says: str = ""
    sqlstate: str = ""

    def matches(self, error: BaseException) -> bool:
        """Return whether `error`, without what caused it, shows this pattern."""
        if self.raised and self.raised not in map(_name, type(error).__mro__):
            return False
        if self.sqlstate and getattr(error, "sqlstate", None) != self.sqlstate:
            return False
        # Not `str(error)`: an error whose own `__str__` fails must not end the report.
        text = "".join(traceback.format_exception_only(error))
        return re.search(self.says, text) is not None


def _name(kind: type) -> str:
    return f"{kind.__module__.partition('.')[0].lstrip('_')}.{kind.__name__}"


@dataclass(frozen=True)
class KnownError:
    """Errors with one cause and one fix; `example` is a message as it is met."""

    name: str
    patterns: tuple[Pattern, ...]
    example: str
    cause: str
    fix: str

    @property
    def anchor(self) -> str:
        """The anchor of its heading on the page."""
        return self.name.lower().replace(" ", "-")

    def matches(self, error: BaseException) -> bool:
        """Return whether `error`, without what caused it, is this one."""
        return any(pattern.matches(error) for pattern in self.patterns)

    def explain(self) -> str:
        """Return cause, fix and page, as a report shows them."""
        lines = f"Cause: {self.cause}", f"Fix: {self.fix}", f"Page: {PAGE}#{self.anchor}"
        return "\n".join(
            textwrap.fill(line, WIDTH, subsequent_indent=" " * 7, break_on_hyphens=False)
            for line in lines
        )


@cache
def known_errors() -> tuple[KnownError, ...]:
    """Return all of them, in the order of the page."""
    entries = tomllib.loads(DATA.read_text("utf-8"))["error"]
    return tuple(
        KnownError(
            entry["name"],
            tuple(Pattern(**pattern) for pattern in entry["patterns"]),
            *(" ".join(entry[key].split()) for key in ("example", "cause", "fix")),
        )
        for entry in entries
    )


def recognise(error: BaseException) -> tuple[KnownError, ...]:
    """Return what is known of all that `error`'s traceback shows, the root first, each once.

    The root is the likely cause; what follows it is often only its consequence.
    """
    shown = list(_shown(error, set()))
    found = (known for one in shown for known in known_errors() if known.matches(one))
    return tuple(dict.fromkeys(found))


def _shown(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    # As a traceback shows it: a context that `from None` hides is left out.
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _shown(before, seen)
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _shown(one, seen)
    if not _is_of_blockbuster(error):
        yield error


def _is_of_blockbuster(error: BaseException) -> bool:
    # It asks for the running loop in every call that it watches, and handles the error in a thread.
    last = list(traceback.walk_tb(error.__traceback__))[-1:]
    return any(frame.f_globals.get("__name__") == "blockbuster.blockbuster" for frame, _ in last) and (
        isinstance(error, RuntimeError)
    )


class LoggedErrors(logging.Handler):
    """Notes which known errors are logged."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[KnownError, None] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what is known, and not the error: its traceback would keep sessions alive."""
        args = record.args if isinstance(record.args, tuple) else ()
        for value in (*(record.exc_info or ()), *args, *vars(record).values()):
            if isinstance(value, BaseException):
                self.known.update(dict.fromkeys(recognise(value)))


LOGGED = pytest.StashKey[LoggedErrors]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Listen to the log for as long as the test runs."""
    item.stash[LOGGED] = logged = LoggedErrors()
    root = logging.getLogger()
    root.addHandler(logged)
    try:
        return (yield)
    finally:
        root.removeHandler(logged)
        del item.stash[LOGGED]  # pytest keeps each item to the end of the run
