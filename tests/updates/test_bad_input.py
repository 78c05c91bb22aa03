"""What an update cannot do it refuses with a clear last line, or leaves as a plain conflict in the harness alone."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.environment import commit_all, git, run
from tests.updates.busy_user import adds_a_domain
from tests.updates.conftest import Fresh, Old
from tests.updates.copier_program import update
from tests.updates.edits import append, cut, edit, relink
from tests.updates.outcome import contents, look
from tests.updates.ownership import is_users
from tests.updates.releases import FIX, FROM

Given = Callable[[Path], None]
OLD = FROM[-2]
COMMIT = f"_commit: {OLD}"


def uncommitted(service: Path) -> None:
    append(service / "src/my_service/main.py", "# not committed\n")


def untracked(service: Path) -> None:
    (service / "notes.md").write_text("Mine.\n")


def tampered(service: Path) -> None:
    edit(service / ".copier-answers.yml", COMMIT, "_commit: 9.9.9")
    commit_all(service, "Tamper")


def no_commit(service: Path) -> None:
    cut(service / ".copier-answers.yml", r"^_commit: .*?\n")
    commit_all(service, "Tamper")


def no_template(service: Path) -> None:
    relink(service, service.parent / "nowhere")
    commit_all(service, "Tamper")


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (uncommitted, (), "Destination repository is dirty; cannot continue. Please commit or stash"),
        (untracked, (), "Destination repository is dirty; cannot continue. Please commit or stash"),
        (tampered, (), "Unknown revision: '9.9.9'"),
        (no_commit, (), "Cannot update because cannot obtain old template references from `.copier-answers.yml`."),
        (no_template, (), "Local template must be a directory."),
        (lambda _: None, (f"--vcs-ref={FROM[0]}",), f"You are downgrading from {OLD} to {FROM[0]}."),
    ],
    ids=["uncommitted work", "an untracked file", "a tampered commit", "no commit", "no template", "an older release"],
)
def test_is_refused_and_nothing_is_changed(old: Old, given: Given, options: tuple[str, ...], message: str) -> None:
    service = old(OLD, adds_a_domain)
    given(service)
    before, status = contents(service), git(service, "status", "--porcelain")

    done = update(service, *options)

    assert done.returncode == 1
    assert message in done.stdout.strip().splitlines()[-1]
    assert contents(service) == before
    assert git(service, "status", "--porcelain") == status


def test_from_a_shallow_clone_of_the_template_it_is_refused(old: Old, repository: Path, tmp_path: Path) -> None:
    """And after the command of docs/ownership.md it is not."""
    service = old(OLD, adds_a_domain)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", str(shallow))
    relink(service, shallow)
    commit_all(service, "Take it from a shallow clone")
    before = contents(service)

    refused = update(service)

    assert refused.returncode == 1
    assert f"Unknown revision: '{OLD}'" in refused.stdout.strip().splitlines()[-1]
    assert contents(service) == before
    git(shallow, "fetch", "--quiet", "--unshallow", "--tags")
    assert update(service).returncode == 0


def test_of_a_shallow_clone_of_the_service_it_goes_well(old: Old, fresh: Fresh, tmp_path: Path) -> None:
    """As a CI has it: the update needs the last commit alone."""
    service = old(OLD, adds_a_domain)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{service}", str(shallow))
    before = contents(shallow)

    done = update(shallow)

    assert done.returncode == 0, done.stdout
    assert str(look(shallow, before, fresh(FIX))) == "ok"


def test_with_harness_files_edited_by_hand_the_conflict_is_in_them_alone(old: Old, fresh: Fresh) -> None:
    service = old(OLD, adds_a_domain)
    edited = [f"tests/harness/{name}" for name in ("clients.py", "database.py", "plugin.py")]
    for path in edited:
        append(service / path, "MINE = True\n")
    commit_all(service, "Edit the harness")
    before = contents(service)

    done = update(service)

    outcome = look(service, before, fresh(FIX), own=edited)
    assert done.returncode == 0
    assert outcome.conflicts == set(edited)
    assert not outcome.lost | outcome.brought | outcome.stale
    assert git(service, "diff", "--name-only", "--diff-filter=U").splitlines() == edited
    for path in edited:
        assert b"MINE = True\n" in (service / path).read_bytes()


def test_with_the_harness_deleted_the_run_says_so(old: Old) -> None:
    """Copier lets what was deleted stay deleted; what is left is no harness, and the message has the way back."""
    service = old(OLD, adds_a_domain)
    shutil.rmtree(service / "tests/harness")
    commit_all(service, "Delete the harness")
    before = contents(service)

    assert update(service).returncode == 0

    assert {path for path in before if is_users(path) and before[path] != contents(service).get(path)} == set()
    said = run(sys.executable, "-m", "pytest", "-q", cwd=service).stdout.strip()
    assert said.startswith("ERROR: tests/harness/ is not whole")
    assert "\n" not in said
    assert run("sh", "-ec", said.rpartition("Run: ")[2], cwd=service).returncode == 0
    commit_all(service, "Bring the harness back")
    assert update(service).returncode == 0
    assert (service / "tests/harness/plugin.py").exists()
