"""One run of the project's suite, and the difference between two."""

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
PLUGIN = re.compile(r"(^|\.)harness(\.|$)")  # the plugin's own checks are not the suite
SHOWN = 5
LAST = 12  # lines of a run that did not start
LONGEST = 300  # characters of a reason
IN_A_FIXTURE = re.compile(r'^failed on (?:setup|teardown) with "(.*?)"?$')
SAME = re.compile(r"The same error as in (.+?::.+): \w+")  # the plugin reports an error of a fixture once
INTERRUPTED = re.compile(r"^!{2,} .* !{2,}$", re.MULTILINE)  # how pytest says it
ASYNCIO, TRIO = "[asyncio]", "[trio]"  # what anyio's plugin adds to the name of a test


@dataclass
class SuiteRun:
    """The outcome of each test, and the first line of each failure."""

    seconds: float
    outcomes: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    stopped: str = ""  # the last lines of a run that did not start
    interrupted: bool = False  # some tests did not run

    @property
    def summary(self) -> str:
        if not self.outcomes:
            return f"no test ran ({self.seconds:.1f} s)"
        counts = Counter(self.outcomes.values())
        named = [f"{counts[each]} {each}" for each in (PASSED, FAILED, SKIPPED) if counts[each]]
        return f"{', '.join(named)} in {self.seconds:.1f} s"

    def outcome(self, name: str) -> str | None:
        return outcome_of(name, self.outcomes)


def outcome_of(name: str, outcomes: Mapping[str, str]) -> str | None:
    """Return what became of a test. Without anyio's plugin its name has no backend."""
    return outcomes.get(name) or outcomes.get(name.replace(ASYNCIO, ""))


def run_suite(python: Sequence[str], root: Path, arguments: Sequence[str]) -> SuiteRun:
    """Run pytest as the project does, and read its report."""
    with TemporaryDirectory(prefix="oneloop-adopt-") as folder:
        report = Path(folder, "report.xml")
        command = [*python, "-m", "pytest", f"--junitxml={report}", "-o", "junit_family=xunit2", *arguments]
        kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
        start = time.monotonic()
        done = subprocess.run(
            command, cwd=root, env=kept, capture_output=True, text=True, errors="replace", check=False
        )
        run = SuiteRun(time.monotonic() - start)
        if report.exists():
            _read(report, run)
    run.interrupted = INTERRUPTED.search(done.stdout) is not None
    if run.outcomes:
        run.stopped = ""
    elif not run.stopped:
        lines = [line for line in f"{done.stdout}\n{done.stderr}".splitlines() if line.strip()]
        run.stopped = "\n".join(lines[-LAST:])
    return run


def _read(report: Path, run: SuiteRun) -> None:
    reasons: dict[str, str] = {}  # also those of the plugin's own checks, which other tests name
    for case in ET.parse(report).iter("testcase"):  # noqa: S314  pytest has just written it
        name = f"{case.get('classname')}::{case.get('name')}"
        wrong = [each for each in case if each.tag in ("failure", "error")]
        if wrong:
            reasons.setdefault(name, _reason(wrong[0].get("message") or "", case.get("name") or " "))
        if PLUGIN.search(case.get("classname") or ""):
            if wrong and not run.stopped:  # it may have ended the run
                run.stopped = "\n".join((wrong[0].text or "").strip().splitlines()[-LAST:])
            continue
        skipped = any(each.tag == "skipped" for each in case)
        run.outcomes[name] = FAILED if wrong or run.outcomes.get(name) == FAILED else SKIPPED if skipped else PASSED
    first = {_dotted(name): reason for name, reason in reasons.items()}
    for name in run.outcomes.keys() & reasons.keys():
        same = SAME.search(reasons[name])
        run.reasons[name] = first.get(_dotted(same[1]) if same else "") or reasons[name]


def _reason(message: str, test: str) -> str:
    """Return the first line. One that names its test is the same as that of another test."""
    text = IN_A_FIXTURE.sub(r"\1", message.partition("\n")[0])
    return (text if SAME.search(text) else text.replace(test, "the test"))[:LONGEST]


def _dotted(name: str) -> str:
    return re.sub(r"\.py(?=::)", "", name).replace("::", ".").replace("/", ".")


def difference(before: SuiteRun, after: SuiteRun) -> Iterator[str]:
    """Yield what is not as it was: one line for each reason, with some of its tests."""
    yield f"The suite before: {before.summary}."
    yield f"The suite now:    {after.summary}."
    if after.stopped:
        yield "pytest ended before any test. Its last lines:"
        yield from (f"    {line}" for line in after.stopped.splitlines())
        if "alembic" in after.stopped:
            yield "If the migrations fail on an empty database without the plugin too, let seam.py make the tables:"
            yield "    from oneloop.adopted import create_all"
            yield '    @pytest.fixture(scope="session")'
            yield "    def oneloop_migrate(oneloop_metadata): return create_all(oneloop_metadata)"
        return
    passed = {name for name, outcome in before.outcomes.items() if outcome == PASSED}
    lost = sorted(name for name in passed if after.outcome(name) != PASSED)
    won = [
        name for name, outcome in after.outcomes.items() if outcome == PASSED and before.outcomes.get(name) == FAILED
    ]
    yield f"{len(passed) - len(lost)} of {len(passed)} tests that passed before pass now; {len(won)} more pass now."
    by_reason: dict[str, list[str]] = {}
    absent = "it is not collected any more"
    if after.interrupted:
        absent = f"it did not run, after this: {next(iter(after.reasons.values()), 'an error')}"
    for name in lost:
        gone = "it runs on asyncio alone, as the app does" if name.endswith(TRIO) else absent
        missing = after.outcome(name) or gone
        by_reason.setdefault(after.reasons.get(name) or missing, []).append(name)
    for reason, names in sorted(by_reason.items(), key=lambda each: -len(each[1])):
        yield f"  {len(names)} now: {reason}"
        yield from (f"      {name}" for name in names[:SHOWN])
        if len(names) > SHOWN:
            yield f"      and {len(names) - SHOWN} more"
