"""The committed list of bugs that no test catches yet. It may only get shorter.

An entry with a reason is equivalent: the bug changes nothing that matters. It is not planted again.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import COMMAND, BaselineError
from .outcome import Outcome

VERSION = 1


@dataclass(frozen=True)
class Baseline:
    known: dict[str, str]  # the reason of each id; empty for a test that is to be written

    @classmethod
    def read(cls, file: Path | None) -> "Baseline":
        if file is None or not file.exists():
            return cls({})
        try:
            entries = json.loads(file.read_text("utf-8"))["bugs"]
            return cls({entry["id"]: entry.get("reason", "") for entry in entries})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise BaselineError(
                f"{file} is not a baseline of this command. Take it from the last commit again."
            ) from None

    def reason(self, bug_id: str) -> str:
        return self.known.get(bug_id, "")

    def compare(self, outcomes: Sequence[Outcome], *, whole: bool) -> tuple[list[Outcome], list[str]]:
        """Return what is missed and not listed, and what is listed and no longer missed."""
        missed = {each.bug.id: each for each in outcomes if each.missed}
        judged = {each.bug.id: each.state for each in outcomes}
        new = [each for name, each in missed.items() if name not in self.known]
        solved = [name for name in self.known if judged.get(name) == "caught"]
        # Of a part of the code it says nothing that a bug was not planted.
        gone = [name for name in self.known if whole and name not in judged]
        return new, [*solved, *gone]

    def write(self, file: Path, outcomes: Sequence[Outcome], *, whole: bool) -> None:
        """Write the first list, or the old one without what is solved."""
        if not file.exists():
            left = {each.bug.id: "" for each in outcomes if each.missed}
        else:
            _, solved = self.compare(outcomes, whole=whole)
            left = {name: reason for name, reason in self.known.items() if name not in solved}
        entries = [{"id": name, "reason": reason} if reason else {"id": name} for name, reason in sorted(left.items())]
        file.write_text(json.dumps({"version": VERSION, "bugs": entries}, indent=2, ensure_ascii=False) + "\n", "utf-8")


def missing(file: Path) -> BaselineError:
    return BaselineError(f"There is no {file}. Write it once, and commit it:\n    {COMMAND} --baseline {file} --update")
