"""The committed list of tests that are known to fail by their loop."""

import json
from pathlib import Path
from typing import NamedTuple

from .errors import COMMAND, BaselineError
from .failures import BY_NAME

FILE = Path(__file__).parents[2] / "known_loop_failures.json"
UPDATE = f"{COMMAND} --baseline --update"
VERSION = 1


class Failure(NamedTuple):
    """One known failure: by which family of errors, and in which part of the test."""

    family: str
    when: str

    @property
    def diagnosis(self) -> str:
        """Say the cause and the cure."""
        family = BY_NAME.get(self.family)
        said = f"{family.cause} {family.cure} See {family.page}" if family else "See --baseline"
        return f"{self.family}: {said}"


def read(file: Path = FILE) -> dict[str, Failure]:
    """Return the known failures by the test's id; none when there is no file."""
    if not file.exists():
        return {}
    try:
        tests = json.loads(file.read_text("utf-8"))["tests"]
        return {name: Failure(each["family"], each["when"]) for name, each in tests.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BaselineError(
            f"{file} is no list of known failures, or was cut. Take it from the last commit: "
            f"git checkout -- {file}"
        ) from None


def write(known: dict[str, Failure], file: Path = FILE) -> None:
    """Write the list, or delete the file when nothing is on it."""
    if not known:
        file.unlink(missing_ok=True)
        return
    tests = {name: known[name]._asdict() for name in sorted(known)}
    text = json.dumps({"version": VERSION, "tests": tests}, indent=2, ensure_ascii=False)
    file.write_text(text + "\n", "utf-8")
