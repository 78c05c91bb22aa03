"""Failures of a test that have to do with its event loop, and the committed list of those that are known.

They are recognised by the text of the exception. `known_failures.py` of the pytest plugin has the same patterns: it
runs without these tools.
"""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .errors import COMMAND, BaselineError
from .ratchet import Outcome
from .suite.record import Record

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
NAME = "known_loop_failures.json"
VERSION = 1
UPDATE = f"    {COMMAND} --baseline --update"


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


class KnownFailure(NamedTuple):
    """How a test fails: the name of the failure, and the part of the test that raises it."""

    failure: str
    when: str


@dataclass
class Observed:
    """What happened in one test with one set of parameters."""

    nodeid: str
    record: Record = field(default_factory=Record)
    logged: LoggedErrors = field(default_factory=LoggedErrors)
    passed: bool = True
    ran: bool = False
    failure: KnownFailure | None = None


def read_known(file: Path) -> dict[str, KnownFailure]:
    """Return the known failures by the test's id, none if there is no file."""
    if not file.exists():
        return {}
    try:
        tests = json.loads(file.read_text("utf-8"))["tests"]
        return {name: KnownFailure(each["family"], each["when"]) for name, each in tests.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BaselineError(
            f"{file} is not a list of known failures, or is incomplete. Take it from the last commit again."
        ) from None


def write_known(known: dict[str, KnownFailure], file: Path) -> None:
    """Write the list, or delete the file when the list is empty."""
    if not known:
        file.unlink(missing_ok=True)
        return
    tests = {name: {"family": known[name].failure, "when": known[name].when} for name in sorted(known)}
    text = json.dumps({"version": VERSION, "tests": tests}, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", "utf-8")


def record_baseline(tests: dict[str, Observed], folder: Path, *, update: bool) -> Outcome:
    """Write the list on the first run. Later, with `update`, remove the tests that no longer fail."""
    file = folder / NAME
    failing = {name: test.failure for name, test in tests.items() if test.failure is not None}
    others = [name for name, test in tests.items() if not test.passed and test.failure is None]
    also = [f"Fails for another reason: {name}" for name in sorted(others)]
    if not file.exists():
        write_known(failing, file)
        line = _written(failing) if failing else "No test fails because of its loop. Nothing is written."
        return Outcome(passed=True, lines=[line, *also])
    known = read_known(file)
    kept = {name: failure for name, failure in known.items() if name in failing or name in others}
    fixed = sorted(known.keys() - kept.keys())
    new = sorted(failing.keys() - known.keys())
    if update and fixed:
        write_known(kept, file)
    lines = [f"Passes now, or does not exist any more: {name}" for name in fixed]
    lines += [f"New: {name} ({failing[name].failure})" for name in new]
    if update:
        lines.append(_written(kept) if kept else f"{NAME} is empty and was deleted.")
    elif fixed:
        lines += ["Remove them from the list:", UPDATE]
    elif not new:
        lines.append(f"{len(known)} fail because of their loop, as {NAME} says.")
    if new:
        lines.append("No test is added to the list. Convert the new ones, or write them async.")
    return Outcome(passed=not new and (update or not fixed), lines=[*lines, *also])


def _written(known: dict[str, KnownFailure]) -> str:
    count = len(known)
    tests = "test fails" if count == 1 else "tests fail"
    return f"{NAME} is written: {count} {tests} because of the loop. Commit it."
