"""Which tests to convert, by the command line and the report of the audit."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from oneloop_tools.errors import ToolsError

TO_CONVERT = ("convert-first", "convert")  # verdicts of the audit


class SelectionError(ToolsError):
    """The report of the audit cannot be read."""


@dataclass
class Selection:
    """Names of files, classes and tests. A name includes everything below it."""

    asked: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def includes(self, nodeid: str) -> bool:
        """Tell whether to convert a test."""
        return _is_below(nodeid, self.asked) and not _is_below(nodeid, self.kept)

    def asks_for(self, nodeid: str) -> bool:
        """Tell whether the command line names a test, also one that `--keep` excludes."""
        return _is_below(nodeid, self.asked)

    def read_audit(self, file: Path) -> None:
        """Keep each test that the audit would not convert."""
        try:
            for entry in json.loads(file.read_text("utf-8"))["tests"]:
                if entry["verdict"] not in TO_CONVERT:
                    self.kept.add(without_parameters(entry["nodeid"]))
        except OSError as error:
            raise SelectionError(f"{file} cannot be read: {error.strerror}.") from None
        except (ValueError, TypeError, KeyError, AttributeError):
            message = f"{file} is not a report of the audit. Write it:\n    oneloop-tools audit REPO --json {file}"
            raise SelectionError(message) from None


def without_parameters(nodeid: str) -> str:
    """Return a test's name without `[...]`, with forward slashes."""
    path, separator, rest = nodeid.strip().partition("::")
    path = path.replace("\\", "/").removeprefix("./").rstrip("/")
    return f"{path}{separator}{rest.partition('[')[0]}"


def _is_below(nodeid: str, names: Iterable[str]) -> bool:
    return any(name in ("", ".") or nodeid == name or nodeid.startswith((f"{name}/", f"{name}::")) for name in names)
