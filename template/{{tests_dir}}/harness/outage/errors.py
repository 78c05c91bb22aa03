"""What is said of an outage: what happened, where, and the one thing to do next."""

import re
from collections.abc import Iterable
from pathlib import Path

from ..errors import HarnessError

PAGE = "docs/testing/isolation.md#when-postgresql-goes-away"
LOG_LINES = 12
# What it answered to those who asked while it was coming back.
KNOCKS = re.compile(r"FATAL:  the database system is |DETAIL:  Consistent recovery state has not")
# What it writes anew for each connection, as when it ends them all.
REPEATED = re.compile(r"(?:FATAL|WARNING|DETAIL|HINT):  .*")


def end_of(log: Path | None) -> str:
    """Return the last lines that the server wrote, under a line of their own; else nothing."""
    try:
        written = "" if log is None else log.read_text(errors="replace")
    except OSError as error:
        written = str(error)
    lines = _without_repeats(line for line in written.splitlines() if not KNOCKS.search(line))
    return "\n  ".join(["\nThe end of its log:", *lines[-LOG_LINES:]]) if lines else ""


def _without_repeats(lines: Iterable[str]) -> list[str]:
    """Leave each of them where it was written last."""
    said: dict[str, str] = {}
    for number, line in enumerate(lines):
        repeated = REPEATED.search(line)
        key = repeated[0] if repeated else str(number)
        said.pop(key, None)
        said[key] = line
    return [*said.values()]


class LostServerError(HarnessError):
    """PostgreSQL was there, and is not there any more."""

    def __init__(self, test: str, server: str, reason: str, log: Path | None) -> None:
        # Of a server that is not ours nobody has shown us the log.
        what, cure = f"PostgreSQL at {server}", "Start that server again, and run the tests again."
        if log is not None:
            what, cure = "The PostgreSQL of this run", "Run the tests again: that starts a new one."
        super().__init__(
            f"{what} went away while {test} ran, and does not answer: {reason}.{end_of(log)}\n"
            f"No test can go on without it, so the run stops here. {cure} See {PAGE}."
        )


class RestartedServerError(HarnessError):
    """PostgreSQL ended every connection, and came back."""

    def __init__(self, test: str, log: Path | None) -> None:
        super().__init__(
            f"PostgreSQL restarted while {test} ran, and every connection was lost: a process of "
            f"it crashed, or somebody restarted it.{end_of(log)}\n"
            "The test databases were made anew, and the next test starts clean. "
            f"Look in the server's log for the cause. See {PAGE}."
        )
