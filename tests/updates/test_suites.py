"""After an update, and the steps of the CHANGELOG, a service's own suite and its checks are green."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import template
from tests.support.bugs import run_tests
from tests.support.environment import commit_all, git, interpreter
from tests.support.project import Project
from tests.updates import domain, stripped, table
from tests.updates.busy_user import Habit, deletes_every_example, does_all_of_it
from tests.updates.by_hand import Reader
from tests.updates.conftest import Fresh, Old, Tree
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import NEXT, PAST, steps

INSTALL = """\
tests/harness/ is a pytest plugin now, and it is not installed. Run:
    uv add --dev --editable ./tests/harness
"""
CONFIGURE = """\
pyproject.toml does not configure the test plugin. Add:
    [tool.oneloop]
    package = "my_service"
"""
# Each name of a release before 0.4.0 that a service's tests may import.
OLD_NAMES = '''"""The names of the test plugin before 0.4.0."""

from httpx2 import AsyncClient
from tests.harness import ClientPolicyError, HarnessError, get_auth_token_async
from tests.harness.access import Access, Call, Given
from tests.harness.clients import SyncClient, open_async_client, open_live_client
from tests.harness.fixtures.clients import ClientAs
from tests.harness.live.server import LiveServer
from tests.harness.people import Person, password_of
from tests.harness.running import RunningApp
from tests.harness.seam import CreateUser, Login, Migrate
from tests.harness.sessions import FreshSession
from tests.harness.version import VERSION

NAMES = [Access, Call, ClientAs, CreateUser, FreshSession, Given, LiveServer, Login, Migrate, Person]
FUNCTIONS = [get_auth_token_async, open_async_client, open_live_client, password_of]


async def test_old_names(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health")).status_code == 200
    assert all(NAMES)
    assert all(FUNCTIONS)
    assert issubclass(ClientPolicyError, HarnessError)
    assert RunningApp.__module__.startswith("oneloop.")
    assert SyncClient.__module__.startswith("oneloop.")
    assert VERSION
'''
OLD_COMMANDS = {
    "tests.harness.dev run alembic heads": "(head)",
    "tests.harness.update --check": f"has a release after {NEXT}",
    "tests.harness.manifest": "no manifest any more",
}


class User(NamedTuple):
    """What a user does, how the user declares routes, and which files are deleted for good."""

    habit: Habit
    declare: Callable[[Path], None]
    deleted: tuple[str, ...] = ()


USERS = {
    "all of it": User(does_all_of_it, domain.declare),
    "no examples": User(deletes_every_example, stripped.declare, stripped.DELETED),
}


def collected(service: Project) -> str:
    return service.run("pytest", "--collect-only", "-qq").stdout


def assert_checks_are_green(service: Project) -> None:
    """Format the user's files, which leaves the template's as they are, then lint and check types."""
    service.succeed("poe", "fmt")
    assert git(service.root, "status", "--porcelain", "--", "tests/harness") == ""
    service.succeed("poe", "check")


def assert_old_names_work(service: Project, tree: Tree) -> None:
    """Run the old commands, and a test of the old names below the conftest.py of each old release."""
    for command, says in OLD_COMMANDS.items():
        assert says in service.run("python", "-m", *command.split()).stdout
    (service.root / "tests/test_old_names.py").write_text(OLD_NAMES)
    for release in PAST:
        shutil.copy(conftest(tree, release), service.root / "conftest.py")
        assert "test_old_names.py" in service.succeed("pytest", "--collect-only", "-q", "tests/test_old_names.py")
    ended = run_tests(service, "tests/test_old_names.py")
    assert ended.exit_status == 0, ended.output


def conftest(tree: Tree, release: str) -> Path:
    """Return the conftest.py that a release put beside pytest.ini."""
    (file,) = (tree(release) / "template").glob("*conftest.py*")
    return file


def poe_update(service: Project) -> None:
    """Run the update of 0.3.0, whose code the update replaces while it runs."""
    said = service.succeed("poe", "update", "--vcs-ref", NEXT)
    assert f"harness 0.3.0 -> {NEXT}; release 0.3.0 -> {NEXT}" in said


def copier_update(service: Project) -> None:
    template.update(service.root, ref=NEXT)


CASES = [
    pytest.param(release, user, marks=[] if user == "all of it" else pytest.mark.nightly)
    for release in PAST
    for user in USERS
]


@pytest.mark.parametrize(("release", "user"), CASES)
def test_its_own_suite_is_green(
    old: Old, fresh: Fresh, tree: Tree, request: pytest.FixtureRequest, *, release: str, user: str
) -> None:
    """A run says in one sentence what is missing. Each step is done to the letter, and nothing else is needed."""
    habit, declare, deleted = USERS[user]
    service = Project(old(release, habit), interpreter("3.11")).install()
    commit_all(service.root, "Lock")
    before = contents(service.root)

    (poe_update if release == "0.3.0" else copier_update)(service)
    commit_all(service.root, "Update")

    assert look(service.root, before, fresh(NEXT, after=release)) == CLEAN
    assert_says_what_is_missing(service, tree, release)
    for step in steps(after=release, up_to=NEXT):
        Reader(service, tree(step.version), deleted, declare).follow(step)
        if "--editable ./tests/harness" in step.text:
            assert collected(service) == CONFIGURE
    ended = run_tests(service)
    table.record(request.node, release, f"own suite, {user}", "ok" if ended.exit_status == 0 else "red")
    assert ended.exit_status == 0, ended.output
    assert_checks_are_green(service)
    if release == "0.3.0":
        assert_old_names_work(service, tree)


def assert_says_what_is_missing(service: Project, tree: Tree, release: str) -> None:
    """In one sentence, with the conftest.py that the user has edited and with that of the release."""
    edited = (service.root / "conftest.py").read_bytes()
    assert collected(service) == INSTALL
    shutil.copy(conftest(tree, release), service.root / "conftest.py")
    assert collected(service) == INSTALL
    (service.root / "conftest.py").write_bytes(edited)
