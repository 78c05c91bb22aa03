"""The clone of a project, what is called there, and the runs of its suite."""

import json
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from oneloop_tools.adopt.suite_run import outcome_of
from tests.field.project import FieldProject
from tests.support.environment import ROOT, clean_environment, interpreter
from tests.support.outcomes import read_run

MINUTES = 40 * 60
PLUGIN = re.compile(r"(^|\.)harness\.")
MUTANTS = ("owner-filter-dropped", "check-dropped", "filter-dropped", "commit-dropped", "status-changed")


class FieldError(Exception):
    """A step that failed, with the end of its output."""


@dataclass(frozen=True)
class Suite:
    """A run of the project's tests, without the plugin's own checks."""

    seconds: float
    outcomes: dict[str, str]
    reasons: dict[str, str]  # of those that are red, the last error

    @property
    def green(self) -> list[str]:
        return sorted(name for name, outcome in self.outcomes.items() if outcome == "passed")

    def why(self, name: str) -> str:
        return self.reasons.get(name) or self.outcomes.get(name, "it is not collected any more")

    def lost_since(self, before: "Suite") -> dict[str, str]:
        """Return the tests that are not green any more."""
        return {name: self.why(name) for name in before.green if outcome_of(name, self.outcomes) != "passed"}


@dataclass
class Place:
    """A clone, the variables of its suite, and the folder of this run."""

    project: FieldProject
    top: Path
    scratch: Path
    variables: dict[str, str]

    @property
    def root(self) -> Path:
        return self.top / self.project.folder

    @property
    def python(self) -> Path:
        for folder in (self.root, self.top):
            if (found := folder / ".venv/bin/python").exists():
                return found
        raise FieldError(f"{self.project.name} has no .venv")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a developer of this project."""
        ours = {"UV_PYTHON_DOWNLOADS": "never", "POETRY_VIRTUALENVS_IN_PROJECT": "true"}
        found = clean_environment({**ours, **self.variables})
        folders = [str(self.scratch / "bin"), str(self.root / ".venv/bin"), str(self.top / ".venv/bin"), found["PATH"]]
        return {**found, "PATH": os.pathsep.join(folders)}

    def call(self, *command: str | Path, seconds: float = MINUTES) -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(
                command,
                cwd=self.root,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise FieldError(f"{shlex.join(map(str, command))} took more than {seconds / 60:.0f} minutes") from error

    def succeed(self, *command: str | Path, allowed: tuple[int, ...] = (0,), seconds: float = MINUTES) -> str:
        done = self.call(*command, seconds=seconds)
        if done.returncode not in allowed:
            raise FieldError(f"{shlex.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def oneloop(self, command: str, *arguments: str, allowed: tuple[int, ...] = (0,), seconds: float = MINUTES) -> str:
        python = interpreter(self.project.python)  # an older one cannot parse the project's code
        program = (python, str(ROOT / "oneloop.py"), command, str(self.root))
        return self.succeed(*program, *arguments, allowed=allowed, seconds=seconds)

    def options(self) -> list[str]:
        """Return the arguments of pytest that name no folder of tests."""
        return [each for each in self.project.arguments() if not (self.root / each).exists()]

    def caught(self, step: str, files: list[str], red: Iterable[str]) -> set[str]:
        """Plant bugs in the app, and return those that the tests of these files catch."""
        report = self.scratch / f"planted-{step}.json"
        kinds = [word for kind in MUTANTS for word in ("--kind", kind)]
        options = self.options()
        left_out = [f"--deselect={nodeid_of(self.root, each)}" for each in red]
        arguments = [*kinds, "--json", str(report), "--", *options, *left_out, *files]
        self.oneloop("plant", *arguments, allowed=(0, 1), seconds=8 * MINUTES)
        return {bug["id"] for bug in json.loads(report.read_text("utf-8"))["bugs"] if bug["state"] == "caught"}

    def suite(self, step: str) -> Suite:
        """Run the suite, and keep what it printed."""
        report = self.scratch / f"{step}.xml"
        junit = [f"--junitxml={report}", "-o", "junit_family=xunit2"]
        start = time.monotonic()
        done = self.call(self.python, "-m", "pytest", *junit, *self.project.arguments())
        seconds = time.monotonic() - start
        (self.scratch / f"{step}.log").write_text(done.stdout, "utf-8")
        if not report.exists():
            raise FieldError(f"no test ran {step}:\n{done.stdout[-3000:]}")
        found = read_run(report, done.returncode, done.stdout)
        own = {name: kind for name, kind in found.ended.items() if not PLUGIN.search(name)}
        red = [name for name, kind in own.items() if kind in ("failure", "error")]
        return Suite(seconds, own, {name: last_error(found.text(name)) for name in red})

    def alone(self, nodeid: str) -> float | None:
        """Return the seconds of the quickest of three runs of one test, or None if it is red alone."""
        seconds = []
        for _ in range(3):
            start = time.monotonic()
            done = self.call(self.python, "-m", "pytest", "-q", *self.options(), nodeid)
            seconds.append(time.monotonic() - start)
            if "1 passed" not in done.stdout:  # the exit status may be that of a limit for coverage
                return None
        return min(seconds)

    def one_test(self, suite: Suite) -> str:
        """Return the first green test that requests a client or a session, or else the first one, unit tests last."""
        nodeids = sorted((nodeid_of(self.root, name) for name in suite.green), key=lambda each: "unit" in each)
        return next((each for each in nodeids if self._uses_the_app(each)), nodeids[0])

    def _uses_the_app(self, nodeid: str) -> bool:
        file, _, name = nodeid.partition("[")[0].rpartition("::")
        text = (self.root / file.partition("::")[0]).read_text("utf-8")
        return re.search(rf"def {name}\([^)]*(client|session|db)", text) is not None


def nodeid_of(root: Path, name: str) -> str:
    """Return pytest's own name of a test in a report, which has dots."""
    head, bracket, parameter = name.partition("[")
    words = head.split(".")
    at = next(at for at in range(1, len(words)) if (root / "/".join(words[:at])).with_suffix(".py").is_file())
    return "::".join([f"{'/'.join(words[:at])}.py", *words[at:]]) + bracket + parameter


def last_error(text: str) -> str:
    lines = [line[1:].strip() for line in text.splitlines() if re.match(r"E\s+\S", line)]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Failed|Refused)?:", line)]
    return (named or lines or ["red"])[-1][:160]


def is_green(nodeid: str, suite: Suite) -> bool:
    """Return whether a test passed, with each of its parameters; the report has dots in its name.

    A class that was split in two has its converted tests in one whose name ends in `Async`.
    """
    dotted = nodeid.replace(".py::", ".").replace("/", ".").replace("::", ".")
    names = {dotted, re.sub(r"(?=\.\w+$)", "Async", dotted)}
    outcomes = [kind for name, kind in suite.outcomes.items() if name.partition("[")[0] in names]
    return bool(outcomes) and all(kind in ("passed", "skipped") for kind in outcomes)
