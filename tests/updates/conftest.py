"""The releases of the template, a service of each, and what an update has to make of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Releases:
    """A template's repository with every release, and what comes of each, made once. Never change any of it."""

    once: Once
    name: str
    build: Callable[[Path], object]

    @property
    def repository(self) -> Path:
        return self.once(f"{self.name}-releases", self.build)

    def tree(self, release: str) -> Path:
        clone = ("clone", "--quiet", "--branch", release, ".")
        return self.once(f"{self.name}-tree-{release}", lambda folder: git(self.repository, *clone, str(folder)))

    def started(self, release: str, **answers: str) -> Path:
        """Return a service that is committed."""

        def start(folder: Path) -> None:
            commit_all(template.render(self.repository, folder, answers, ref=release), "Start")

        return self.once("-".join([self.name, "started", release, *answers.values()]), start)

    def fresh(self, release: str, *, after: str = releases.NEXT) -> Mapping[str, bytes]:
        """Return what a release renders, with the old names if it is for a service that has used them."""
        render = lambda folder: template.render(self.repository, folder, ref=release)  # noqa: E731  as `once` takes it
        folder = self.once(f"{self.name}-fresh-{release}", render)
        old = old_names(self.tree(release)) if after in releases.PAST and release not in releases.PAST else {}
        return {**contents(folder), **old}


@pytest.fixture(scope="session")
def full(once: Once) -> Releases:
    """The releases as they are, the working tree's among them."""
    return Releases(once, "full", releases.build)


@pytest.fixture(scope="session")
def thin(once: Once, full: Releases) -> Releases:
    """The releases with a part of the template's files, for what updates a service many times."""
    return Releases(once, "thin", lambda folder: releases.thin(full.repository, folder))


@pytest.fixture(scope="session")
def repository(full: Releases) -> Path:
    """A template's repository with every release, the working tree's among them. Never change it."""
    return full.repository


@pytest.fixture(scope="session")
def tree(full: Releases) -> Tree:
    return full.tree


@pytest.fixture(scope="session")
def fresh(full: Releases) -> Fresh:
    return full.fresh


def old_names(tree: Path) -> dict[str, bytes]:
    """Return the modules of earlier releases, by the path that they have in a service."""
    tests = tree / "template" / template.TESTS
    found = [path for pattern in OLD_NAMES for path in tests.glob(pattern)]
    return {f"tests/{path.relative_to(tests).as_posix()}": path.read_bytes() for path in found}


@pytest.fixture
def old(full: Releases, tmp_path: Path) -> Old:
    def old(release: str, *habits: Habit, **answers: str) -> Path:
        service = copy(full.started(release, **answers), tmp_path / "service")
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
