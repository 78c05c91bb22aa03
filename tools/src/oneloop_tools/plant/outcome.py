"""What came of a planted bug."""

from dataclasses import dataclass
from typing import Literal

from .places import Bug
from .workers import SuiteRun

State = Literal["caught", "survived", "not reached", "equivalent"]
NO_TESTS = 5  # pytest's status


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
