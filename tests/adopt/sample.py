"""Existing projects with an async suite in trouble: each as it is, and with the plugin in it."""

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tests.support.environment import ROOT, commit_all, run, uv
from tests.support.outcomes import Run, run_pytest

FOLDER = Path(__file__).parent / "samples"
BRIEF_TESTS = ROOT / "tests/brief/app/test_metrics_security.py"
LEFT_OUT = shutil.ignore_patterns(".venv", "__pycache__", ".pytest_cache", "uv.lock")


@dataclass(frozen=True)
class Sample:
    """A committed project; `answers` are those of a user who knows it, `root` is where pytest runs."""

    name: str
    answers: dict[str, str]
    root: str = "."
    keep: int = 0  # tests that open no connection; all others run on the wrong loop

    @property
    def tests(self) -> str:
        """The folder of the tests, below the project."""
        return self.answers.get("tests_dir", "tests")


SAMPLES = {
    sample.name: sample
    for sample in (
        # The brief's own: an engine and an app made at import, sync tests, fixtures with names of the plugin's.
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
        # Notes with an owner on aiosqlite: a client fixture shares its session with the tests.
        Sample(
            "shelf",
            {
                "driver": "sqlite+aiosqlite",
                "metadata": "app.main:Base.metadata",
                "migrations": "create_all",
                "session_dependency": "app.main:get_db",
            },
            keep=5,
        ),
    )
}


@dataclass(frozen=True)
class Adopted:
    """A project with the plugin in it, or a copy of one, which runs in the environment of `installed`."""

    sample: Sample
    top: Path
    python: str
    resolution: str = "highest"
    installed: Path | None = None

    @property
    def uv_settings(self) -> dict[str, str]:
        return {"UV_PYTHON": self.python, "UV_RESOLUTION": self.resolution}

    @property
    def root(self) -> Path:
        """Where pytest runs."""
        return self.top / self.sample.root

    @property
    def environment(self) -> dict[str, str]:
        """The copy's own code comes before what is installed from the original."""
        first = [str(self.root / folder) for folder in ("tests/harness", "src", ".")]
        return {**self.uv_settings, "PYTHONPATH": os.pathsep.join(first)}

    @property
    def interpreter(self) -> Path:
        folder = (self.installed or self.top) / self.sample.root / ".venv"
        return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def copy(self, top: Path, edits: Mapping[str, tuple[str, str]] | None = None) -> "Adopted":
        """Return a copy to change, with a replacement in some of its files."""
        shutil.copytree(self.top, top, ignore=LEFT_OUT)
        for path, (old, new) in (edits or {}).items():
            text = (top / path).read_text()
            assert old in text
            (top / path).write_text(text.replace(old, new, 1))
        return replace(self, top=top, installed=self.installed or self.top)

    def pytest(self, *arguments: str, plus: tuple[str, ...] = ()) -> Run:
        """Run its tests; `plus` are packages for this run."""
        return run_pytest([*self._python(plus), "-m", "pytest", "-q", *arguments], self.root, self.environment)

    def output(self, *arguments: str) -> str:
        """Run pytest where it may end before any test, and return what it printed."""
        command = [*self._python(), "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return run(*command, cwd=self.root, env=self.environment).stdout

    def _python(self, plus: tuple[str, ...] = ()) -> list[str | Path]:
        if not plus:
            return [self.interpreter]
        project = (self.installed or self.top) / self.sample.root
        more = [word for package in plus for word in ("--with", package)]
        return [uv(), "run", "--quiet", "--no-sync", "--project", project, *more, "python"]


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
