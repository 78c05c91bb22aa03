"""One run of the tests: what is asked for, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Job:
    """One run: pytest's arguments, and the tests to keep, in their order; None for all."""

    arguments: Sequence[str]
    limit: float
    tests: Sequence[str] | None = None
    planted: str | None = None  # the path of the file with the bug
    contexts: Path | None = None
    files: Sequence[str] = ()


@dataclass(frozen=True)
class Failure:
    test: str
    phase: str
    what: str


@dataclass
class SuiteRun:
    """What happened in one run of the tests."""

    why: str  # ended, or late
    status: int
    log: str
    failures: list[Failure] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)  # of each test
    last: str = ""  # the test that started last
    foreign: tuple[str, str] | None = None

    @classmethod
    def of(cls, answer: dict[str, Any], log: str) -> "SuiteRun":
        run = cls(answer["why"], answer["status"], log)
        for each in answer["events"]:
            if each["event"] == "failed":
                run.failures.append(Failure(each["test"], each["phase"], each["what"]))
            elif each["event"] == "started":
                run.last = each["test"]
            elif each["event"] == "foreign":
                run.foreign = (each["module"], each["file"])
            else:
                run.seconds[each["test"]] = run.seconds.get(each["test"], 0.0) + each["seconds"]
        return run

    @property
    def is_clean(self) -> bool:
        """Whether the run ended by itself, and its fixtures took back what they made."""
        return self.why == "ended" and self.status in (0, 1) and all(each.phase != "teardown" for each in self.failures)
