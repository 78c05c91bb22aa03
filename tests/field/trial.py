"""One project: clone, install, run its suite, adopt, run it again, convert, and run it once more."""

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg  # type: ignore[import-untyped]  # it has no types

from tests.field.project import FieldProject
from tests.support.environment import ROOT, clean_environment, commit_all, git, interpreter, run, uv
from tests.support.outcomes import read_run

MINUTES = 40 * 60  # for one command, on a machine that is busy
GENERATED = re.compile(r"(^|/)(harness/|seam\.py$|docs/testing/|\.copier-answers|[\w.-]+\.lock$|Pipfile\.lock$)")
EDITED = re.compile(r"^Adopted in \d+ s, with (\d+) lines? in (\d+) of your files\.$", re.MULTILINE)
LEFT = re.compile(r"^(\S+?):?\d*: left: (?P<test>\S+) (?P<why>.*) \[(?P<reason>[\w-]+)\]$", re.MULTILINE)
PLUGIN = re.compile(r"(^|\.)harness\.")
WRONG = ("convert-first", "convert")


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
        return {name: self.why(name) for name in before.green if self.outcomes.get(name) != "passed"}


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

    def call(self, *command: str | Path, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=cwd or self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=MINUTES,
        )

    def succeed(self, *command: str | Path, allowed: tuple[int, ...] = (0,)) -> str:
        done = self.call(*command)
        if done.returncode not in allowed:
            raise FieldError(f"{shlex.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-3000:]}")
        return done.stdout

    def oneloop(self, command: str, *arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        python = interpreter(self.project.python)  # an older one cannot parse the project's code
        return self.succeed(python, str(ROOT / "oneloop.py"), command, str(self.root), *arguments, allowed=allowed)

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


def last_error(text: str) -> str:
    lines = [line[1:].strip() for line in text.splitlines() if re.match(r"E\s+\S", line)]
    named = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Failed|Refused)?:", line)]
    return (named or lines or ["red"])[-1][:160]


async def new_database(server_url: str, name: str) -> dict[str, str]:
    """Make an empty database, and return the parts of its URL."""
    parts = urlsplit(server_url)
    connection = await asyncpg.connect(server_url)
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    found = {
        "host": parts.hostname or "",
        "port": str(parts.port),
        "user": parts.username or "",
        "password": parts.password or "",
        "name": name,
    }
    return {**found, "url": "{user}:{password}@{host}:{port}/{name}".format_map(found)}


def clone(project: FieldProject, mirror: Path | None, top: Path) -> None:
    """Clone at the commit, as a branch, from the address or from a folder of git directories."""
    source = project.address
    if mirror is not None:
        folder = mirror / project.folder_name
        source = str(folder if (folder / "HEAD").exists() else next(folder.iterdir()))
    if top.exists():
        shutil.rmtree(top)
    git(top.parent, "clone", "--quiet", "--no-checkout", source, str(top))
    git(top, "checkout", "--quiet", "-B", "field", project.commit)
    with (top / ".git/info/exclude").open("a", encoding="utf-8") as file:
        file.write("\n.venv/\n__pycache__/\n*.pyc\n.pytest_cache/\n.coverage\n")


def clone_again(project: FieldProject, top: Path) -> None:
    """Bring an earlier clone back to its commit; its environment stays."""
    git(top, "checkout", "--quiet", "--force", "-B", "field", project.commit)
    git(top, "clean", "--quiet", "--force", "-dx", "--exclude=.venv")


def install(place: Place) -> None:
    tools = {"UV_TOOL_DIR": str(place.scratch / "tools"), "UV_TOOL_BIN_DIR": str(place.scratch / "bin")}
    for tool in place.project.tools:
        # Poetry knows one index only; its plugin reads another address from this variable.
        mirror = ["--with", "poetry-plugin-pypi-mirror"] if "POETRY_PYPI_MIRROR_URL" in os.environ else []
        run(uv(), "tool", "install", "--quiet", tool, *mirror, cwd=place.top, env=tools)
    for command in place.project.install:
        run_command(place, command)


def install_again(place: Place) -> None:
    """Take the plugin out of an earlier environment, and change the project's files again."""
    place.call(uv(), "pip", "uninstall", "--python", place.python, "oneloop-vendored")
    for command in place.project.install:
        if not command.startswith("uv venv"):
            run_command(place, command)


def run_command(place: Place, command: str) -> None:
    python = interpreter(place.project.python)
    place.succeed(*(python if word == "{python}" else word for word in shlex.split(command)))


def try_project(place: Place) -> dict[str, object]:
    """Return what became of each test, and the figures of the table."""
    for command in place.project.prepare:
        run_command(place, command)
    before = place.suite("before")
    if git(place.top, "status", "--porcelain"):  # what installing or the suite has written
        commit_all(place.top, "Install")
    start = time.monotonic()
    said = place.oneloop("adopt", "--yes", "--no-tests", *place.project.adopt)
    adopting = time.monotonic() - start
    (place.scratch / "adopt.log").write_text(said, "utf-8")
    edited = EDITED.search(said)
    if edited is None:
        raise FieldError(f"adopt did not end:\n{said[-3000:]}")
    numbers = [line.split("\t") for line in git(place.top, "diff", "--numstat").splitlines()]
    files = {path: int(added) for added, _, path in numbers if added.isdigit() and not GENERATED.search(path)}
    after = place.suite("after")
    git(place.top, "add", "--all", "--force", ":(exclude,glob)**/__pycache__/**", ":(exclude,glob)**/.venv/**")
    commit_all(place.top, "Adopt the plugin")
    return {
        "commit": place.project.commit,
        "traits": [*place.project.traits],
        "edits": int(edited[1]),
        "files": files,
        "seconds": {"before": before.seconds, "adopt": adopting, "after": after.seconds},
        "before": before.outcomes,
        "after": after.outcomes,
        "green": len(before.green),
        "lost": after.lost_since(before),
        **_convert(place),
    }


def _convert(place: Place) -> dict[str, object]:
    """Convert what the audit advises, and run the suite again."""
    audit = place.scratch / "audit.json"
    place.oneloop("audit", "--json", str(audit), "--tests", place.project.tests)
    found = json.loads(audit.read_text("utf-8"))["tests"]
    advised = [each["nodeid"] for each in found if each["verdict"] in WRONG]
    if not advised:
        return {"advised": 0, "converted": 0, "left": {}}
    said = place.oneloop("convert", place.project.tests, "--audit", str(audit), "--write", allowed=(0, 1))
    (place.scratch / "convert.log").write_text(said, "utf-8")
    left = {each["test"]: each["why"] for each in LEFT.finditer(said)}
    end = place.suite("converted")
    converted = [name for name in advised if not any(name.endswith(f"::{test}") for test in left)]
    return {
        "advised": len(advised),
        "converted": sum(_is_green(name, end) for name in converted),
        "left": left,
        "in_the_end": end.outcomes,
        "red_in_the_end": end.reasons,
    }


def _is_green(nodeid: str, suite: Suite) -> bool:
    """Return whether a test passed, with each of its parameters; the report has dots in its name."""
    dotted = nodeid.replace(".py::", ".").replace("/", ".").replace("::", ".")
    outcomes = [kind for name, kind in suite.outcomes.items() if name.partition("[")[0] == dotted]
    return bool(outcomes) and all(kind in ("passed", "skipped") for kind in outcomes)
