"""Runs a suite in a process of its own and tells what became of each test."""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.support.environment import run


class Outcome(NamedTuple):
    """How a test ended: `passed`, `skipped`, `failure` (in its body) or `error` (around it), and what it said."""

    kind: str
    said: str


@dataclass(frozen=True)
class Run:
    """A finished run of pytest; `outcomes` is by a test's name, `ended` and `texts` by its module and class too."""

    exit_status: int
    output: str
    outcomes: dict[str, Outcome]
    ended: dict[str, str]
    texts: dict[str, str]

    def text(self, name: str) -> str:
        """Return what a test printed and said, by its module, class and name."""
        return self.texts[name]

    def having(self, kind: str) -> set[str]:
        return {name for name, outcome in self.outcomes.items() if outcome.kind == kind}


def run_pytest(command: Sequence[str | Path], folder: Path, environment: dict[str, str] | None = None) -> Run:
    """Run `command`, which starts pytest, in `folder`; an error in a fixture counts as `error`, not as `failure`."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        result = run(*command, "-p", "no:cacheprovider", f"--junitxml={report}", cwd=folder, env=environment)
        return read_run(report, result.returncode, result.stdout)


def read_run(report: Path, exit_status: int, output: str) -> Run:
    """Return the run of which pytest has written `report`."""
    assert report.exists(), output
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314  our own pytest wrote it
    outcomes = {str(case.get("name")): _outcome(case) for case in cases}
    whole = {f"{case.get('classname')}.{case.get('name')}": _outcome(case) for case in cases}
    ended = {name: outcome.kind for name, outcome in whole.items()}
    return Run(exit_status, output, outcomes, ended, {name: outcome.said for name, outcome in whole.items()})


def _outcome(case: ET.Element) -> Outcome:
    seen = {child.tag for child in case}
    kind = next((word for word in ("error", "failure", "skipped") if word in seen), "passed")
    return Outcome(kind, "".join(case.itertext()))


def passed(output: str) -> int:
    """Return how many tests passed, having seen in what pytest printed that every test did."""
    closing = output.strip().splitlines()[-1]
    found = re.fullmatch(r"=+ (\d+) passed in .*=", closing)
    assert found, f"not every test passed:\n{output}"
    return int(found[1])
