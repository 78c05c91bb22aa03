"""Workers: each has a copy of the project, and a process there that runs its tests."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import DiedError, NoCoverageError
from .project_copy import ProjectCopy

LAST_LINES = 15


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


@dataclass(frozen=True)
class Job:
    """One run: pytest's arguments, and the tests to keep, in their order; None for all."""

    arguments: Sequence[str]
    limit: float
    tests: Sequence[str] | None = None
    planted: bool = False
    contexts: Path | None = None
    files: Sequence[str] = ()


class Worker:
    """A process in a copy of the project. It is closed at the end of the block."""

    def __init__(
        self,
        command: Sequence[str],
        original: Path,
        copy: ProjectCopy,
        packages: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        self.copy = copy
        self._original = original
        self._log = copy.root.with_name(f"{copy.root.name}.log")
        self._errors = copy.root.with_name(f"{copy.root.name}.errors").open("w+b")
        self._process = subprocess.Popen(
            [*command, "-m", "oneloop_tools.plant.warm"],
            cwd=copy.root,
            env={**environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is the tool's, which ends the run
        )
        self._send({"original": str(original), "copy": str(copy.root), "packages": [*packages]})

    def preload(self, modules: Sequence[str]) -> None:
        self._send({"preload": [*modules]})

    def run(self, job: Job) -> SuiteRun:
        self._send(
            {
                "arguments": [*job.arguments],
                "contexts": job.contexts and str(job.contexts),
                "files": [*job.files],
                "limit": job.limit,
                "log": str(self._log),
                "original": str(self._original),
                "planted": job.planted,
                "tests": None if job.tests is None else [*job.tests],
            }
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise DiedError(self._last_errors())
        return SuiteRun.of(json.loads(line), self._last_log())

    def close(self) -> None:
        """End the process. It ends the tests that it runs."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._errors.close()

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise DiedError(self._last_errors()) from None

    def _last_errors(self) -> str:
        self._errors.seek(0)
        return _last(self._errors.read().decode("utf-8", "replace"))

    def _last_log(self) -> str:
        return _last(self._log.read_text("utf-8", "replace")) if self._log.exists() else ""


def _last(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-LAST_LINES:])


REQUIREMENT = "coverage>=7.6"
HAS_IT = "import coverage, sys; sys.exit(coverage.version_info < (7, 6))"


def find_coverage(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> list[Path]:
    """Return the folders to import coverage.py from, none if the project has it."""
    if _succeeds([*command, "-c", HAS_IT], environment):
        return []
    uv = os.environ.get("UV") or shutil.which("uv")
    install = [uv or "uv", "pip", "install", "--quiet", "--target", str(folder), "--python", command[-1], REQUIREMENT]
    if uv and len(command) == 1 and _succeeds(install, environment):
        return [folder]
    raise NoCoverageError(" ".join(command))


def _succeeds(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    try:
        return subprocess.run(command, env={**environment}, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
