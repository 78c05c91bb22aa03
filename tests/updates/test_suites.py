"""After an update and its steps, which one command applies, a service's own suite and its checks are green."""

import re
import shutil
from pathlib import Path

import pytest

from tests.support import template
from tests.support.bugs import run_tests
from tests.support.environment import commit_all, git, interpreter
from tests.support.project import Project
from tests.updates import domain, table
from tests.updates.busy_user import deletes_every_example, does_all_of_it
from tests.updates.conftest import Fresh, Old, Tree
from tests.updates.copier_program import SOMEBODY
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import NEXT, PAST

STEPS = "tests/harness/oneloop/commands/update/steps"
INSTALL = f"""\
tests/harness/ is a pytest plugin now, and it is not installed. One command does that and the rest:
    uv run python {STEPS}
"""
UPDATE_CONTRACT = ("pytest", "-q", "tests/harness/oneloop/checks/test_contract.py", "--update-contract")
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


USERS = {"all of it": does_all_of_it, "no examples": deletes_every_example}


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


# On each push the oldest release, which has most steps, and the newest. Those between: also test_hostile.py.
PUSH = {(PAST[0], "all of it"), (PAST[-1], "all of it")}
CASES = [
    pytest.param(release, user, marks=[] if (release, user) in PUSH else pytest.mark.nightly)
    for release in PAST
    for user in USERS
]


@pytest.mark.parametrize(("release", "user"), CASES)
def test_its_own_suite_is_green(
    old: Old, fresh: Fresh, tree: Tree, request: pytest.FixtureRequest, tmp_path: Path, *, release: str, user: str
) -> None:
    """The update prints one command, which needs Python alone and leaves nothing but what only the user knows."""
    service = Project(old(release, USERS[user]), interpreter("3.11")).install()
    commit_all(service.root, "Lock")
    start = git(service.root, "rev-parse", "HEAD")
    before = contents(service.root)

    (poe_update if release == "0.3.0" else copier_update)(service)

    assert look(service.root, before, fresh(NEXT, after=release)) == CLEAN
    assert collected(service) == INSTALL
    said = service.succeed("python", STEPS, "--yes", env=SOMEBODY)
    left = LEFT.findall(said.partition("\nLeft to you:\n")[2])
    steps = said.count("\nCommitted: ") - 1
    table.record(request.node, release, f"steps, {user}", f"ok, {steps} steps, {len(left)} left")
    assert git(service.root, "status", "--porcelain") == ""
    assert f"Committed: Update Oneloop {release} → {NEXT}" in said
    assert left == (["tests/access.py"] if (release, user) == ("0.1.0", "all of it") else [])
    assert_nothing_is_due(service)
    assert_it_can_be_reverted(service.root, start, tmp_path / "reverted")
    if left:
        domain.declare(service.root)
    service.succeed(*UPDATE_CONTRACT)  # the user has added or removed routes
    commit_all(service.root, "Declare")
    ended = run_tests(service)
    assert ended.exit_status == 0, ended.output
    assert_checks_are_green(service)
    if release == "0.3.0":
        assert_old_names_work(service, tree)


LEFT = re.compile(r"^  (\S+): ", re.MULTILINE)


def assert_nothing_is_due(service: Project) -> None:
    """Each step finds that it has been applied."""
    said = service.succeed("oneloop", "update", "--steps", "--no-selftest")
    assert "No step is due in your own files." in said


def assert_it_can_be_reverted(service: Path, start: str, reverted: Path) -> None:
    """The command that is printed gives the old state."""
    git(service, "clone", "--quiet", ".", str(reverted))
    git(reverted, "revert", "--no-edit", f"{start}..HEAD")
    assert git(reverted, "rev-parse", "HEAD^{tree}") == git(reverted, "rev-parse", f"{start}^{{tree}}")
