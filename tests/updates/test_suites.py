"""After an update, and what the CHANGELOG says to do by hand, the service's own suite is green."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from tests.conftest import Once
from tests.support import template
from tests.support.bugs import run_tests
from tests.support.environment import commit_all, git
from tests.support.interpreters import interpreter
from tests.support.project import Project
from tests.updates import domain, stripped, table
from tests.updates.busy_user import Habit, deletes_every_example, does_all_of_it
from tests.updates.by_hand import Reader, shell
from tests.updates.changelog import steps
from tests.updates.conftest import Fresh, Old
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FROM, NEXT

PAST = [release for release in FROM if release != NEXT]
MISSING = re.compile(r"\AERROR: [^\n]*Run: (uv add --dev [^\n]+)\s*\Z")
AT_MOST = 1  # one line has all of them
NEEDS = {"0.1.0": "blockbuster"}  # what a service of a release has not got


class User(NamedTuple):
    """What a user does, which files are gone for good, and who may use the routes that are left."""

    habit: Habit
    declare: Callable[[Path], None]
    deleted: tuple[str, ...] = ()


USERS = {
    "all of it": User(does_all_of_it, domain.declare),
    "no examples": User(deletes_every_example, stripped.declare, stripped.DELETED),
}


class Tree(Protocol):
    """Return the template's repository as it is at a release."""

    def __call__(self, release: str) -> Path: ...


@pytest.fixture
def tree(once: Once, repository: Path) -> Tree:
    def tree(release: str) -> Path:
        clone = ("clone", "--quiet", "--branch", release, ".")
        return once(f"tree-{release}", lambda folder: git(repository, *clone, str(folder)))

    return tree


def accept_the_api(service: Project) -> None:
    """Write the snapshot anew, in a release that has one: routes have come and gone."""
    if (service.root / "tests/contract").exists():
        service.succeed("pytest", "-q", "tests/harness/contract", "--update-contract")


def assert_as_released(service: Project) -> None:
    """Let the harness say, in a release that can, that its files are the release's."""
    if (service.root / "tests/harness/manifest.json").exists():
        service.succeed("python", "-m", "tests.harness.manifest")


def install_what_is_missing(service: Project) -> list[str]:
    """Run the command that a run names in its one line, until there is none; return the commands."""
    commands: list[str] = []
    while match := MISSING.match(service.run("pytest", "--collect-only", "-qq").stdout):
        commands.append(match[1])
        assert len(commands) <= AT_MOST, commands
        shell(service, match[1])
    return commands


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("release", PAST)
def test_its_own_suite_is_green(
    old: Old, fresh: Fresh, tree: Tree, request: pytest.FixtureRequest, *, release: str, user: str
) -> None:
    """Each step of "Change by hand" is done to the letter, and nothing else is needed."""
    habit, declare, deleted = USERS[user]
    service = Project(old(release, habit), interpreter("3.11")).install()
    accept_the_api(service)
    commit_all(service.root, "Lock")
    before = contents(service.root)

    template.update(service.root, ref=NEXT)

    assert look(service.root, before, fresh(NEXT)) == CLEAN
    assert_as_released(service)
    assert NEEDS.get(release, "") in " ".join(install_what_is_missing(service))
    for step in steps(after=release, up_to=NEXT):
        Reader(service, tree(step.version), deleted, declare).follow(step)
    ended = run_tests(service)
    table.record(request.node, release, f"own suite, {user}", "ok" if ended.exit_status == 0 else "red")
    assert ended.exit_status == 0, ended.output
