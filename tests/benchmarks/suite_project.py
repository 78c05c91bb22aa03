"""A rendered service with a suite in it that can be timed."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import NamedTuple

from tests.support.environment import interpreter, run, uv
from tests.support.project import Project
from tests.support.template import render, snapshot

RENDERED = Path(__file__).parent / "rendered"
PROBE = Path(__file__).parents[1] / "plugin/deep/probe.py"


@contextmanager
def suite_project() -> Iterator[Project]:
    """Render and install the service of this working tree, with the suite below tests/bench/."""
    with tempfile.TemporaryDirectory() as scratch:
        source = snapshot(Path(scratch) / "oneloop")
        project = Project(render(source, Path(scratch) / "service"), interpreter("3.11")).install()
        folder = project.root / "tests" / "bench"
        folder.mkdir()
        (folder / "__init__.py").touch()
        shutil.copy(RENDERED / "conftest.py", folder)
        shutil.copy(RENDERED / "requests.py", folder / "test_requests.py")
        shutil.copy(PROBE, folder / "probe.py")
        yield project


class Report(NamedTuple):
    """What a suite reports: all times in seconds, memory in KiB."""

    started: float  # the command, on the clock of time.time()
    began: float | None  # the body of the first test, on the same clock
    finished: float  # the command, likewise
    ended: list[tuple[float, int]]  # each test, since the first one ended, and the memory of the process then


def run_suite(
    project: Project,
    *arguments: str,
    isolation: str = "wipe",
    tables: int = 8,
    tests: int = 300,
    keep_template: bool = False,
) -> Report:
    """Run the suite in a process of its own, as `uv run pytest` does once everything is installed.

    Without `keep_template` no migrated template is kept, as in a CI.
    """
    report = project.root / "report.json"
    report.unlink(missing_ok=True)
    settings = {
        "BENCH_ISOLATION": isolation,
        "BENCH_TABLES": str(tables),
        "BENCH_TESTS": str(tests),
        "BENCH_REPORT": str(report),
    }
    settings |= {"UV_NO_SYNC": "1"} if keep_template else {"CI": "true"}
    command = [uv(), "run", "--quiet", "pytest", "-q", "tests/bench", *arguments]
    started = time()
    done = run(*command, cwd=project.root, env=project.environment | settings, timeout=3600)
    finished = time()
    assert done.returncode == 0, done.stdout[-3000:]
    found = json.loads(report.read_text())
    return Report(started, found["began"], finished, [(end, kib) for end, kib in found["ended"]])
