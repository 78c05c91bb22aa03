"""Projects that stand, with a suite in trouble, and how the harness is brought into them."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.environment import ROOT, commit_all, run, succeed, uv
from tests.support.outcomes import Run, run_pytest

FOLDER = Path(__file__).parent / "samples"
BRIEF_TESTS = ROOT / "tests/brief/app/test_metrics_security.py"
ROUNDS = 4
LINE = re.compile(r"ERROR: ([\w.]+)[:,].*Write this line under (\[.*\]): (.*)")


@dataclass(frozen=True)
class Sample:
    """A committed project; `answers` are what a person who knows it answers, `root` is where pytest runs."""

    name: str
    answers: dict[str, str]
    root: str = "."
    keep: int = 0  # tests that reach no database; all others are on a loop that production does not have

    @property
    def tests(self) -> str:
        """The folder of the tests, below the project."""
        return self.answers.get("tests_dir", "tests")


SAMPLES = {
    sample.name: sample
    for sample in (
        # The brief's own: an engine and an app made at import, sync tests, fixtures of the names that the harness has.
        Sample("brief", {"migrations": "create_all"}, keep=4),
        # SQLModel on aiosqlite, one client for all tests.
        Sample(
            "sqlmodel",
            {
                "driver": "sqlite+aiosqlite",
                "metadata": "sqlmodel:SQLModel.metadata",
                "migrations": "create_all",
                "session_dependency": "app.main:get_session",
            },
            keep=5,
        ),
        # A factory below src/, psycopg, Alembic, a pytest.ini.
        Sample(
            "factory",
            {
                "app": "shop.app:create_app",
                "driver": "postgresql+psycopg",
                "session_dependency": "shop.database:get_db",
            },
            keep=8,
        ),
        # A part of a bigger repository, fastapi-users, helpers in a module of their own.
        Sample(
            "monorepo",
            {
                "database_url_variable": "DB_URL",
                "migrations": "create_all",
                "session_dependency": "app.db:get_async_session",
                "tests_dir": "backend/tests",
            },
            root="backend",
            keep=7,
        ),
    )
}


@dataclass(frozen=True)
class Adopted:
    """A project with the harness in it; `said` is what the harness asked for, in order."""

    sample: Sample
    top: Path
    python: str
    said: tuple[str, ...] = ()
    resolution: str = "highest"

    @property
    def environment(self) -> dict[str, str]:
        """What uv is told."""
        return {"UV_PYTHON": self.python, "UV_RESOLUTION": self.resolution}

    @property
    def root(self) -> Path:
        """Where pytest runs."""
        return self.top / self.sample.root

    def pytest(self, *arguments: str, plus: tuple[str, ...] = ()) -> Run:
        """Run some of its tests, the harness's own left out unless they are named; `plus` are packages for this run."""
        named = any("harness" in argument for argument in arguments)
        own = [] if named else ["--deselect", "tests/harness"]
        brought = [word for package in plus for word in ("--with", package)]
        command = [uv(), "run", "--quiet", *brought, "pytest", "-q", *own, *arguments]
        return run_pytest(command, self.root, self.environment)


AdoptSample = Callable[[str], Adopted]


def begin(sample: Sample, top: Path) -> Path:
    """Copy the project, and commit it as its user's work."""
    copy_files(sample.name, top)
    commit_all(top, "Work")
    return top


def copy_files(name: str, top: Path) -> Path:
    """Copy the files of a sample. The tests of the brief's are those that tests/brief has."""
    shutil.copytree(FOLDER / name, top)
    if name == "brief":
        shutil.copy(BRIEF_TESTS, top / "tests")
    return top


def follow(adopted: Adopted) -> Adopted:
    """Do what the harness says, until it says nothing: install a package, write a line of pytest's settings."""
    said: list[str] = []
    for _ in range(ROUNDS):
        command = [uv(), "run", "--quiet", "pytest", "--collect-only", "-q"]
        output = run(*command, cwd=adopted.root, env=adopted.environment).stdout
        if found := re.search(r"Run: uv add --dev (.*)", output):
            packages = [word.strip("'") for word in found[1].split()]
            succeed(uv(), "add", "--quiet", "--dev", *packages, cwd=adopted.root, env=adopted.environment)
            said.append(found[0])
        elif lines := LINE.findall(output):
            for file, heading, line in lines:
                write_line(adopted.root / file, heading, line)
                said.append(line)
        else:
            break
    return replace(adopted, said=tuple(said))


def write_line(file: Path, heading: str, line: str) -> None:
    """Write a line of settings below its heading; one that sets the same name goes."""
    name = line.partition("=")[0].strip()
    kept = [each for each in file.read_text().splitlines() if each.partition("=")[0].strip() != name]
    kept.insert(kept.index(heading) + 1, line)
    file.write_text("\n".join(kept) + "\n")
