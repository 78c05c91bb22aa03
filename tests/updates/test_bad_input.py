"""What an update cannot do it refuses with a clear last line, or leaves as a conflict in the template's files alone."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.environment import commit_all, git, run
from tests.updates.busy_user import adds_a_domain
from tests.updates.conftest import Fresh, Old
from tests.updates.copier_program import SOMEBODY, update
from tests.updates.edits import append, cut, edit, relink
from tests.updates.hostile import STEPS
from tests.updates.outcome import contents, look
from tests.updates.ownership import is_users
from tests.updates.releases import FIX, FROM, NEXT, PAST

pytestmark = pytest.mark.nightly  # on each push test_command.py does the same by the plugin's own command

Given = Callable[[Path], None]
OLD = PAST[-1]


def uncommitted(service: Path) -> None:
    append(service / "src/my_service/main.py", "# not committed\n")


def untracked(service: Path) -> None:
    (service / "notes.md").write_text("Mine.\n")


def tampered(service: Path) -> None:
    edit(service / ".copier-answers.yml", f"_commit: {OLD}", "_commit: 9.9.9")
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
    """After the command of docs/updating.md it works."""
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


def test_a_shallow_clone_of_the_service_is_updated(old: Old, fresh: Fresh, tmp_path: Path) -> None:
    """As a CI has it: the update needs the last commit alone."""
    service = old(OLD, adds_a_domain)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{service}", str(shallow))
    before = contents(shallow)

    done = update(shallow)

    assert done.returncode == 0, done.stdout
    assert str(look(shallow, before, fresh(FIX, after=OLD))) == "ok"


class TestAnEditedFileOfTheTemplate:
    def test_that_a_release_changes_conflicts_alone(self, old: Old, fresh: Fresh) -> None:
        service = old(NEXT, adds_a_domain)
        edited = [f"tests/harness/oneloop/{name}" for name in ("config.py", "plugin.py", "seam.py")]
        for path in edited:
            append(service / path, "MINE = True\n")
        commit_all(service, "Edit the plugin")
        before = contents(service)

        done = update(service)

        outcome = look(service, before, fresh(FIX), own=edited)
        assert done.returncode == 0
        assert outcome.conflicts == set(edited)
        assert not outcome.lost | outcome.brought | outcome.stale
        for path in edited:
            assert b"MINE = True\n" in (service / path).read_bytes()

    def test_that_a_release_removes_is_removed_and_stays_in_the_history(self, old: Old, fresh: Fresh) -> None:
        """So it is with the modules of the harness before 0.4.0; nothing outside the template's folders is touched."""
        service = old(OLD, adds_a_domain)
        gone, kept = "tests/harness/statements.py", "tests/harness/people.py"
        for path in (gone, kept):
            append(service / path, "MINE = True\n")
        commit_all(service, "Edit the harness")
        before = contents(service)

        done = update(service, f"--vcs-ref={NEXT}")

        outcome = look(service, before, fresh(NEXT, after=OLD), own=[gone, kept])
        assert done.returncode == 0
        assert not outcome.lost | outcome.brought | outcome.stale
        assert not (service / gone).exists()
        assert outcome.conflicts == {kept}
        assert b"MINE = True\n" in (service / kept).read_bytes()
        assert "MINE = True" in git(service, "show", f"HEAD:{gone}")


def test_a_deleted_harness_stays_deleted(old: Old) -> None:
    """The next run reports what cannot be imported. The user's files are untouched."""
    service = old(OLD, adds_a_domain)
    shutil.rmtree(service / "tests/harness")
    commit_all(service, "Delete the harness")
    before = contents(service)

    assert update(service).returncode == 0

    assert {path for path in before if is_users(path) and before[path] != contents(service).get(path)} == set()
    said = run(sys.executable, "-m", "pytest", "-q", cwd=service).stdout
    assert "tests/harness" in said or "tests.harness" in said


def test_no_bytecode_without_a_gitignore(updated: Path) -> None:
    """Neither from the command nor from a program that a step runs."""
    git(updated, "rm", "--quiet", ".gitignore")
    git(updated, "commit", "--quiet", "--message", "Ignore nothing", "--", ".gitignore")

    done = run(sys.executable, STEPS, "--yes", "--no-selftest", cwd=updated, env=SOMEBODY)

    assert done.returncode == 0, done.stdout
    assert "__pycache__" not in git(updated, "ls-files")
    assert git(updated, "status", "--porcelain") == ""
