"""`uv run oneloop update`: it refuses what would go wrong, and reports what Copier does not."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.support import template
from tests.support.environment import commit_all, git, interpreter, run, succeed, uv
from tests.updates import fix, table
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.copier_program import SOMEBODY, with_hooks_everywhere
from tests.updates.edits import append, cut, edit, relink
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, NEXT, PAST

PLUGIN = "tests/harness/oneloop/plugin.py"
ADDED = f"tests/harness/oneloop/{fix.ADDED}"
GO_BACK = re.compile(r"keep these changes aside: (git .+)")


def oneloop(service: Path, *arguments: str, **variables: str) -> "CompletedProcess[str]":
    """Run the command with this repository's Python: it needs no package of the service."""
    command = (sys.executable, "-m", "oneloop.commands", "update", "--no-selftest", *arguments)
    variables |= {"PYTHONPATH": "tests/harness", "PYTHONDONTWRITEBYTECODE": "1"}
    return run(*command, cwd=service, env={**SOMEBODY, **variables})


def test_brings_a_release_and_reports_it(
    old: Old, fresh: Fresh, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """No old name comes to a new service, and a new dependency of the plugin is locked."""
    service = old(NEXT, does_all_of_it)
    succeed(uv(), "lock", "--quiet", cwd=service, env={"UV_PYTHON": interpreter("3.11")})
    commit_all(service, "Lock")
    locked = (service / "uv.lock").read_text()
    before = {path: text for path, text in contents(service).items() if path != "uv.lock"}
    head = git(service, "rev-parse", "HEAD")

    hooks = with_hooks_everywhere(tmp_path)

    preview = oneloop(service, "--preview", GIT_CONFIG_GLOBAL=hooks)
    untouched = (git(service, "rev-parse", "HEAD"), git(service, "status", "--porcelain"), contents(service))
    done = oneloop(service, "--yes", GIT_CONFIG_GLOBAL=hooks)
    tree = git(service, "rev-parse", "HEAD^{tree}")
    after = (service / "uv.lock").read_text()
    (service / "uv.lock").unlink()
    outcome = look(service, before, fresh(FIX))

    table.record(request.node, NEXT, "does all of it", outcome)
    assert outcome == CLEAN
    assert done.returncode == 0, done.stdout
    assert untouched == (head, "", {**before, "uv.lock": locked.encode()})
    same = preview.stdout.replace("\nWould commit: ", "\nCommitted: ").removesuffix("Nothing was changed.\n")
    assert done.stdout.startswith(same)  # the same news, files, steps and bytes
    assert f"Would commit: Update Oneloop {NEXT} → {FIX}\n" in preview.stdout
    assert "Committed: " not in preview.stdout
    assert preview.stdout.endswith("\nNothing was changed.\n")
    assert f"files are then those of git's tree {tree}." in preview.stdout
    assert f"Oneloop {FIX}\n- {fix.NEWS}\n" in preview.stdout
    assert git(service, "log", "--format=%s", f"{head}..") == f"Update Oneloop {NEXT} → {FIX}"
    assert re.search(rf"^ {PLUGIN} +\| +\d+ \+", done.stdout, re.MULTILINE)
    assert f" {ADDED} (new) " in done.stdout
    assert "Run the tests:\n    uv run pytest\n" in done.stdout
    assert f"To go back:\n    git revert --no-edit {head[:7]}" in done.stdout
    assert (fix.LOCKED in locked, fix.LOCKED in after) == (False, True)


class TestAConflict:
    @pytest.fixture
    def conflicting(self, old: Old) -> Path:
        """The user has added a line where the release adds one."""
        service = old(NEXT)
        append(service / PLUGIN, "MINE = True\n")
        commit_all(service, "Edit the plugin")
        return service

    def test_fails_and_can_be_undone(self, conflicting: Path) -> None:
        """It names the file. The next update refuses. The printed command goes back and loses nothing."""
        before = contents(conflicting)

        preview = oneloop(conflicting, "--preview", "--to", FIX)
        untouched = contents(conflicting)
        done = oneloop(conflicting)
        again = oneloop(conflicting)
        go_back = GO_BACK.search(done.stdout)
        assert go_back
        succeed("sh", "-ec", go_back[1], cwd=conflicting, env=SOMEBODY)

        assert (preview.returncode, untouched) == (1, before)
        listed, _, next_to_do = preview.stdout.partition(f"\n  {PLUGIN}\n")
        assert listed.endswith("These files have conflicts with your changes:")
        assert next_to_do.endswith(f" Start it:\n    uv run oneloop update --to {FIX}\nNothing was changed.\n")
        assert done.returncode == 1
        assert f"\n  {PLUGIN}\n" in done.stdout
        assert again.returncode == 1
        assert f"An earlier merge is not finished:\n  {PLUGIN}\n" in again.stdout
        assert contents(conflicting) == before
        assert "MINE = True" in git(conflicting, "show", f"stash@{{0}}:{PLUGIN}")

    @pytest.mark.nightly
    def test_that_is_resolved_goes_on(self, conflicting: Path, fresh: Fresh) -> None:
        """The file is edited, and nothing else is done: the command that was printed commits it."""
        said = oneloop(conflicting).stdout
        too_early = oneloop(conflicting, "--steps")
        (conflicting / PLUGIN).write_bytes(fresh(FIX)[PLUGIN])

        done = oneloop(conflicting, "--steps")

        assert f"These files have conflicts:\n  {PLUGIN}\n" in too_early.stdout
        assert "Then go on:\n    uv run oneloop update --steps\n" in said
        assert done.returncode == 0, done.stdout
        assert f"Committed: Update Oneloop {NEXT} → {FIX}" in done.stdout
        assert git(conflicting, "status", "--porcelain") == ""


def uncommitted(service: Path) -> None:
    (service / "src/my_service/orders.py").write_text("# mine\n")


def unlinked(service: Path) -> None:
    (service / ".copier-answers.yml").unlink()
    commit_all(service, "Work")


def moved(service: Path) -> None:
    relink(service, "/nowhere/oneloop # a comment")
    commit_all(service, "Work")


def tampered(service: Path) -> None:
    edit(service / ".copier-answers.yml", f"_commit: {NEXT}", "_commit: 9.9.9")
    commit_all(service, "Tamper")


def without_commit(service: Path) -> None:
    cut(service / ".copier-answers.yml", r"^_commit: .*?\n")
    commit_all(service, "Tamper")


def unreachable(service: Path) -> None:
    relink(service, "ssh://git@127.0.0.1:1/oneloop.git")
    commit_all(service, "Work")


def without_git(service: Path) -> None:
    (service / ".git").rename(service.with_name("git"))


def rejected(service: Path) -> None:
    (service / f"{PLUGIN}.rej").write_text("@@ -1 +1 @@\n")


def nothing(_: Path) -> None: ...


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (uncommitted, (), "?? src/my_service/orders.py"),
        (uncommitted, (), "git stash --include-untracked"),
        (rejected, (), f"\n  {PLUGIN}.rej\n"),
        (nothing, ("--to", PAST[-1]), f"You are downgrading from {NEXT} to {PAST[-1]}."),
        (nothing, ("--to", "no-such-release"), "has no release no-such-release. Its releases are: "),
        (unlinked, (), "copier copy --defaults --vcs-ref"),
        (moved, (), "the template /nowhere/oneloop, which does not exist on this machine"),
        (without_git, (), "\n    git init && git add --all && git commit --message Start\n"),
        (tampered, (), "Unknown revision: '9.9.9'"),
        (without_commit, (), "does not name the template and its release"),
        (unreachable, (), "Could not read from remote repository"),
    ],
    ids=[
        *("uncommitted work", "its remedy", "a rejected piece", "an older release", "an unknown release"),
        *("no answers file", "no template", "no repository", "a tampered commit", "no commit", "no network"),
    ],
)
def test_is_refused_and_nothing_is_changed(
    old: Old, given: Callable[[Path], None], options: tuple[str, ...], message: str
) -> None:
    service = old(NEXT)
    given(service)
    before = contents(service)

    done = oneloop(service, *options)

    assert done.returncode == 1
    assert message in done.stdout
    assert "Traceback" not in done.stdout
    assert contents(service) == before


def test_a_draft_is_refused(old: Old, repository: Path, tmp_path: Path) -> None:
    """Copier would record a commit that does not exist. Once it is one, its news are those after the service's."""
    draft = template.snapshot_of(repository, tmp_path / "draft")
    service = old(NEXT)
    relink(service, draft)
    edit(service / ".copier-answers.yml", f"_commit: {NEXT}", f"_commit: {git(draft, 'rev-parse', NEXT)}")
    commit_all(service, "Work")
    git(draft, "tag", "--delete", *git(draft, "tag").split())
    (draft / "template/draft.md").write_text("A draft.\n")

    refused = oneloop(service, "--to", "HEAD")
    commit_all(draft, "Work")
    preview = oneloop(service, "--to", "HEAD", "--preview")

    assert "has changes that are not committed" in refused.stdout
    assert re.findall("^Oneloop .*", preview.stdout, re.MULTILINE) == [f"Oneloop {FIX}"], preview.stdout


@pytest.mark.parametrize(
    ("ends", "status", "message"),
    [("kill -INT $PPID; sleep 9", 130, "Stopped."), ("echo 'No space left on device'; exit 1", 1, "No space left")],
    ids=["Ctrl-C", "a full disk"],
)
def test_that_stops_while_copier_writes_says_how_to_go_back(old: Old, ends: str, status: int, message: str) -> None:
    """The printed command works, and then an update may start again."""
    service = old(NEXT)
    before = contents(service)
    half = service.with_name("uv")
    half.write_text(f"#!/bin/sh\necho half >> {PLUGIN}\necho half > {ADDED}\n{ends}\n")
    half.chmod(0o755)

    done = oneloop(service, UV=str(half))
    go_back = GO_BACK.search(done.stdout)
    assert go_back
    succeed("sh", "-ec", go_back[1], cwd=service, env=SOMEBODY)

    assert (done.returncode, "Traceback" in done.stdout) == (status, False)
    assert message in done.stdout
    assert contents(service) == before


def test_shows_the_whole_reason_of_git(old: Old) -> None:
    """And advises nothing that is not true: such a folder is a repository."""
    said = oneloop(old(NEXT), GIT_TEST_ASSUME_DIFFERENT_OWNER="1").stdout

    assert "fatal: detected dubious ownership in repository at" in said
    assert "git config --global --add safe.directory" in said
    assert "git init" not in said


@pytest.mark.nightly
def test_updates_a_part_of_a_bigger_repository(old: Old) -> None:
    """Uncommitted work elsewhere in it does not matter."""
    service = old(NEXT)
    (service / ".git").rename(service.with_name("git"))
    commit_all(service.parent, "Start")
    (service.parent / "elsewhere.txt").write_text("work\n")

    done = oneloop(service)

    assert done.returncode == 0, done.stdout
    assert (service / ADDED).exists()
