"""The committed list of the tests that are known to fail because of their loop."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .errors import BaselineError
from .loop_failures import LoggedErrors
from .suite.frames import Record

NAME = "known_loop_failures.json"
VERSION = 1


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
