"""The committed list of the tests that are known to fail because of their loop."""

import json
from pathlib import Path
from typing import NamedTuple

from .errors import BaselineError

NAME = "known_loop_failures.json"
VERSION = 1


class KnownFailure(NamedTuple):
    """How a test fails: the name of the failure, and the part of the test that raises it."""

    failure: str
    when: str


def read(file: Path) -> dict[str, KnownFailure]:
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


def write(known: dict[str, KnownFailure], file: Path) -> None:
    """Write the list, or delete the file when the list is empty."""
    if not known:
        file.unlink(missing_ok=True)
        return
    tests = {name: {"family": known[name].failure, "when": known[name].when} for name in sorted(known)}
    text = json.dumps({"version": VERSION, "tests": tests}, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", "utf-8")
