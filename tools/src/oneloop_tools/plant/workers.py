"""Workers: each has a copy of the project, and processes there that run its tests."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .errors import DiedError, NoCoverageError
from .project_copy import ProjectCopy
from .project_process import ProjectProcess, Start
from .suite_run import Job, SuiteRun

COLD = "cold"  # as in `collected`


class Worker:
    """A copy of the project, with a process that imports the libraries once, and maybe one that collects once.

    It is closed at the end of the block.
    """

    def __init__(self, start: Start, copy: ProjectCopy) -> None:
        self.copy = copy
        self._start = start
        self._process = ProjectProcess(start, copy.root.name)
        self._collected: ProjectProcess | None = None
        self._collect: Sequence[str] | None = None

    def preload(self, modules: Sequence[str]) -> None:
        self._process.send({"preload": [*modules]})

    def collect(self, arguments: Sequence[str]) -> None:
        """From now on collect once, for all runs that need no other import."""
        self._collect = arguments

    def collect_no_more(self) -> None:
        self._collect = None
        self._end_collected()

    def run(self, job: Job) -> SuiteRun:
        """Run the tests in a process that imports and collects them."""
        return self._run(self._process, job)

    def prepare(self) -> None:
        """Have the tests collected, while the copy has no bug."""
        if self._collect is None or self._collected is not None:
            return
        self._collected = ProjectProcess(self._start, f"{self.copy.root.name}-collected", self._collect)
        try:
            self._collected.answer()
        except DiedError:
            self._end_collected()

    def run_collected(self, job: Job) -> SuiteRun | None:
        """Run the tests in a process that has collected them; None if it cannot, or the bug needs another import."""
        if self._collected is None:
            return None
        try:
            run = self._run(self._collected, job)
        except DiedError:
            self._end_collected()
            return None
        if run.why == COLD:
            return None
        if not run.is_clean:  # what it left, such as a database, would be in the way of the next run
            self._end_collected()
        return run

    def close(self) -> None:
        self._end_collected()
        self._process.close()

    def _end_collected(self) -> None:
        process, self._collected = self._collected, None
        if process is not None:
            process.close()

    def _run(self, process: ProjectProcess, job: Job) -> SuiteRun:
        process.send(
            {
                "arguments": [*job.arguments],
                "contexts": job.contexts and str(job.contexts),
                "files": [*job.files],
                "limit": job.limit,
                "log": str(process.log),
                "original": str(self._start.original),
                "planted": job.planted,
                "tests": None if job.tests is None else [*job.tests],
            }
        )
        return SuiteRun.of(process.answer(), process.last_log())


REQUIREMENT = "coverage>=7.6"
HAS_IT = "import coverage, sys; sys.exit(coverage.version_info < (7, 6))"


def find_coverage(python: Path, folder: Path, environment: Mapping[str, str]) -> Path | None:
    """Return the folder to import coverage.py from, None if the project has it."""
    if _succeeds([python, "-c", HAS_IT], environment):
        return None
    uv = os.environ.get("UV") or shutil.which("uv")
    install = [uv or "uv", "pip", "install", "--quiet", "--target", str(folder), "--python", str(python), REQUIREMENT]
    if uv and _succeeds(install, environment):
        return folder
    raise NoCoverageError(python)


def _succeeds(command: Sequence[str | Path], environment: Mapping[str, str]) -> bool:
    with suppress(OSError):
        return subprocess.run(command, env={**environment}, capture_output=True, check=False).returncode == 0
    return False
