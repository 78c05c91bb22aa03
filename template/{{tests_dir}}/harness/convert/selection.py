"""Which tests are to be converted: what the command line and the audit say of a test's name."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

TO_CONVERT = ("convert-first", "convert")  # the audit's verdicts, as it writes them


class SelectionError(Exception):
    """What was given names no test, or cannot be read."""


@dataclass
class Selection:
    """Names of files, classes and tests; a name stands for all that is below it."""

    asked: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def includes(self, nodeid: str) -> bool:
        """Say whether a test is to be converted."""
        return _is_below(nodeid, self.asked) and not _is_below(nodeid, self.kept)

    def asks_for(self, nodeid: str) -> bool:
        """Say whether a test is among those that were asked for, kept or not."""
        return _is_below(nodeid, self.asked)

    def read_audit(self, file: Path) -> None:
        """Keep each test that the audit does not want converted."""
        try:
            for entry in json.loads(file.read_text("utf-8"))["tests"]:
                if entry["verdict"] not in TO_CONVERT:
                    self.kept.add(without_parameters(entry["nodeid"]))
        except OSError as error:
            raise SelectionError(f"{file} cannot be read: {error.strerror}.") from None
        except (ValueError, TypeError, KeyError, AttributeError):
            message = f"{file} is no audit. Write it: python -m tests.harness.audit --json {file}"
            raise SelectionError(message) from None


def without_parameters(nodeid: str) -> str:
    """Return a name without `[...]`, and with forward slashes."""
    path, separator, rest = nodeid.strip().partition("::")
    path = path.replace("\\", "/").removeprefix("./").rstrip("/")
    return f"{path}{separator}{rest.partition('[')[0]}"


def _is_below(nodeid: str, names: Iterable[str]) -> bool:
    return any(
        name in ("", ".") or nodeid == name or nodeid.startswith((f"{name}/", f"{name}::"))
        for name in names
    )
