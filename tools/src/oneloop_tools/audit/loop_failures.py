"""Failures of a test that have to do with its event loop, recognised by the text of the exception.

`known_failures.py` of the pytest plugin has the same list. It runs without these tools, so the list exists twice.
"""

import logging
import re
import traceback
from collections.abc import Iterator

LOOP_FAILURES = {
    "Another loop": "attached to a different loop|is bound to a different event loop|belongs to a different loop"
    "|an event loop other than the current one|WrongLoopError|ClientPolicyError",
    "Loop is closed": "Event loop is closed|TCPTransport closed=True .*the handler is closed",
    "Loop already running": "cannot be called from a running event loop|event loop is already running"
    "|event loop while another loop is running",
    "No running loop": "no running event loop|There is no current event loop",
    "Cancel scope in another task": "exit cancel scope in a different task"
    "|a cancel scope that isn't the current task's",
    "Lifespan did not run": "'State' object has no attribute",
}
# With two loops these follow the first error. In a test without a sync client they are errors of the service.
AFTER_EFFECTS = {
    "Another operation in progress": r"another operation .*(in progress|is cancelling)",
    "Session in failed state": "PendingRollbackError|InFailedSQLTransaction",
}


class LoggedErrors(logging.Handler):
    """Collects the texts of the exceptions that are logged: an app turns its exceptions into responses."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        for each in (*(record.exc_info or ()), *arguments, *vars(record).values()):
            if isinstance(each, BaseException):
                self.texts += texts_of(each)


def loop_failure(texts: list[str], *, sync: bool) -> str | None:
    """Return the name of the first loop failure in the texts of exceptions."""
    patterns = {**LOOP_FAILURES, **(AFTER_EFFECTS if sync else {})}
    return next((name for text in texts for name, pattern in patterns.items() if re.search(pattern, text)), None)


def texts_of(error: BaseException) -> list[str]:
    """Return the text of an exception and of those that it came from, the first cause first."""
    return ["".join(traceback.format_exception_only(each)) for each in _chain(error, set())]


def _chain(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    if id(error) in seen:
        return
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before, seen)
    for each in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _chain(each, seen)
    yield error
