"""The template as it stands on disk, and its renders: each made once in a run, whatever the number of workers."""

import hashlib
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest
from filelock import FileLock

from tests.support import template
from tests.support.environment import interpreter
from tests.support.project import Project
from tests.updates import table

# Tests that other tests run, each time in a process of its own.
collect_ignore = ["benchmarks/rendered", "brief/app"]


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs that tests start, and no variable of a git hook reach Copier.

    A shell in the background hands on that Ctrl-C is ignored.
    """
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        del os.environ[name]
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the update table, when there are updates in this run."""
    table.show(terminalreporter)


class Once(Protocol):
    """Make a folder by `make`, unless some worker has made it already, and return it."""

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path: ...


class Rendered(Protocol):
    """Return a render to look at. Never change it: other tests look at it too."""

    def __call__(self, **answers: str) -> Path: ...


class Installed(Protocol):
    """Return a project to run on a Python. To change it, take a `.copy()`."""

    def __call__(self, python: str = "3.11", **answers: str) -> Project: ...


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def once(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = shared / name, shared / f"{name}.done"
        with FileLock(shared / f"{name}.lock"):
            if not done.exists():
                make(folder)
                done.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def oneloop(once: Once) -> Path:
    """A clone of this repository, with all that is not committed yet as its one commit."""
    return once("oneloop", template.snapshot)


def _key(answers: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()[:8] if answers else "default"


@pytest.fixture(scope="session")
def rendered(once: Once, oneloop: Path) -> Rendered:
    def rendered(**answers: str) -> Path:
        return once(f"rendered-{_key(answers)}", lambda folder: template.render(oneloop, folder, answers))

    return rendered


@pytest.fixture(scope="session")
def installed(once: Once, oneloop: Path) -> Installed:
    def installed(python: str = "3.11", **answers: str) -> Project:
        path = interpreter(python)

        def make(folder: Path) -> None:
            Project(template.render(oneloop, folder, answers), path).install()

        return Project(once(f"installed-{_key(answers)}-{python}", make), path)

    return installed


@pytest.fixture(scope="session")
def typed(once: Once, installed: Installed) -> Project:
    """The default service, which mypy knows: in a copy it looks at nothing but the changes."""
    project = installed()

    def make(draft: Path) -> None:
        project.succeed("mypy", f"--cache-dir={draft}")
        draft.rename(project.root / ".mypy_cache")  # in one step: another worker may be copying the service

    once("typed", make)
    return project
