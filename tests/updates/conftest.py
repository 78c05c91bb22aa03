"""The releases of the template, a service of each, and what an update has to make of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import Once
from tests.support import template
from tests.support.environment import commit_all, git
from tests.updates import releases
from tests.updates.busy_user import Habit, copy
from tests.updates.outcome import contents

# Only an update brings these, and only from a release before 0.4.0.
OLD_NAMES = ("harness/*.py", "harness/fixtures/*.py", "harness/live/*.py")


class Old(Protocol):
    """Return a committed service of a release, changed by its user."""

    def __call__(self, release: str, *habits: Habit, **answers: str) -> Path: ...


class Fresh(Protocol):
    """Return what a release renders, by path, with the old names if it is for a service that has used them."""

    def __call__(self, release: str, *, after: str = releases.NEXT) -> Mapping[str, bytes]: ...


class Tree(Protocol):
    """Return the template's repository at a release."""

    def __call__(self, release: str) -> Path: ...


@pytest.fixture(scope="session")
def repository(once: Once) -> Path:
    """A template's repository with every release, the working tree's among them. Never change it."""
    return once("every-release", releases.build)


@pytest.fixture(scope="session")
def tree(once: Once, repository: Path) -> Tree:
    def tree(release: str) -> Path:
        clone = ("clone", "--quiet", "--branch", release, ".")
        return once(f"tree-{release}", lambda folder: git(repository, *clone, str(folder)))

    return tree


@pytest.fixture(scope="session")
def fresh(once: Once, repository: Path, tree: Tree) -> Fresh:
    def fresh(release: str, *, after: str = releases.NEXT) -> Mapping[str, bytes]:
        folder = once(f"fresh-{release}", lambda folder: template.render(repository, folder, ref=release))
        old = old_names(tree(release)) if after in releases.PAST and release not in releases.PAST else {}
        return {**contents(folder), **old}

    return fresh


def old_names(tree: Path) -> dict[str, bytes]:
    """Return the modules of earlier releases, by the path that they have in a service."""
    tests = tree / "template" / template.TESTS
    found = [path for pattern in OLD_NAMES for path in tests.glob(pattern)]
    return {f"tests/{path.relative_to(tests).as_posix()}": path.read_bytes() for path in found}


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


@pytest.fixture
def updated(once: Once, repository: Path, tmp_path: Path) -> Path:
    """A service in which `copier update` has run."""

    def start(folder: Path) -> None:
        commit_all(template.render(repository, folder, ref=releases.PAST[-1]), "Work")
        template.update(folder, ref=releases.NEXT)

    return copy(once(f"updated-{releases.PAST[-1]}", start), tmp_path / "service")
