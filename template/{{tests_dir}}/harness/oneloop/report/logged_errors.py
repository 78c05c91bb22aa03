"""The known errors that are logged while a test runs: an app turns its errors into answers."""

import logging
from collections.abc import Iterator

import pytest

from .known_errors import KnownError, recognise


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
