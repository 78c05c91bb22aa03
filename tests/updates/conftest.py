"""The releases of the template, a service of each, and what each would be if it were new."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import Once
from tests.support import template
from tests.support.environment import commit_all
from tests.updates import releases
from tests.updates.busy_user import Habit, copy
from tests.updates.outcome import contents


class Old(Protocol):
    """Return a service of a release, committed, after its user has been busy in it."""

    def __call__(self, release: str, *habits: Habit, **answers: str) -> Path: ...


class Fresh(Protocol):
    """Return what a release renders, by path."""

    def __call__(self, release: str) -> Mapping[str, bytes]: ...


@pytest.fixture(scope="session")
def repository(once: Once) -> Path:
    """A template's repository with every release, the working tree's among them. Never change it."""
    return once("every-release", releases.build)


@pytest.fixture(scope="session")
def fresh(once: Once, repository: Path) -> Fresh:
    def fresh(release: str) -> Mapping[str, bytes]:
        make = lambda folder: template.render(repository, folder, ref=release)  # noqa: E731  as `once` takes it
        return contents(once(f"fresh-{release}", make))

    return fresh


@pytest.fixture
def old(once: Once, repository: Path, tmp_path: Path) -> Old:
    def old(release: str, *habits: Habit, **answers: str) -> Path:
        def start(folder: Path) -> None:
            commit_all(template.render(repository, folder, answers, ref=release), "Start")

        service = copy(once("-".join(["started", release, *answers.values()]), start), tmp_path / "service")
        for habit in habits:
            habit(service)
        commit_all(service, "Work")
        return service

    return old
