"""What came of a planted bug."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import COMMAND, BaselineError
from .places import Bug
from .suite_run import SuiteRun

State = Literal["caught", "survived", "not reached", "equivalent"]


@dataclass(frozen=True)
class Outcome:
    bug: Bug
    state: State
    by: str = ""  # the test that caught it
    how: str = ""
    tests: int = 0  # that reach it

    @property
    def missed(self) -> bool:
        return self.state in ("survived", "not reached")


def judge(bug: Bug, run: SuiteRun, tests: int, limit: float) -> Outcome:
    if run.failures:
        first = run.failures[0]
        by = first.test or "the start of the tests"
        return Outcome(bug, "caught", by, f"{first.phase}: {first.what}", tests)
    if run.why == "late":
        return Outcome(bug, "caught", run.last, f"the tests did not end in {limit:.0f} s", tests)
    if run.status == 0:
        return Outcome(bug, "survived", tests=tests)
    # A conftest.py that cannot be imported, or a process that is killed.
    last = next((line for line in reversed(run.log.splitlines()) if line.strip()), "")
    how = f"pytest ended with status {run.status}: {last[:200]}"
    return Outcome(bug, "caught", run.last or "the start of the tests", how, tests)


VERSION = 1


@dataclass(frozen=True)
class Baseline:
    """The committed list of bugs that no test catches yet. It may only get shorter.

    An entry with a reason is equivalent: the bug changes nothing that matters. It is not planted again.
    """

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

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> "Baseline":
        """Return the first list."""
        return cls({each.bug.id: "" for each in outcomes if each.missed})

    def without(self, solved: Sequence[str]) -> "Baseline":
        return Baseline({name: reason for name, reason in self.known.items() if name not in solved})

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

    def write(self, file: Path) -> None:
        known = sorted(self.known.items())
        entries = [{"id": name, "reason": reason} if reason else {"id": name} for name, reason in known]
        file.write_text(json.dumps({"version": VERSION, "bugs": entries}, indent=2, ensure_ascii=False) + "\n", "utf-8")


def missing(file: Path) -> BaselineError:
    return BaselineError(f"There is no {file}. Write it once, and commit it:\n    {COMMAND} --baseline {file} --update")
