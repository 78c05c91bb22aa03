"""An update that is stopped says how to go on and how to go back, and both work."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.environment import clean_environment, commit_all, git, run, succeed
from tests.updates.conftest import Old
from tests.updates.copier_program import SOMEBODY
from tests.updates.edits import append
from tests.updates.outcome import contents
from tests.updates.releases import NEXT, PAST

STEPS = "tests/harness/oneloop/commands/update/steps"
OLD = PAST[-1]
FIRST = "Install the test plugin from tests/harness"


def steps(service: Path, answers: str = "", *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the steps, and type these answers."""
    return subprocess.run(
        [sys.executable, STEPS, "--no-selftest", *options],
        cwd=service,
        env=clean_environment(SOMEBODY),
        input=answers,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def subjects(service: Path, start: str) -> list[str]:
    return git(service, "log", "--reverse", "--format=%s", f"{start}..").splitlines()


def test_the_user_is_asked_and_goes_on_later(updated: Path) -> None:
    """One step is applied, one skipped, and the user stops. Then all are applied, and reverted."""
    start, before = git(updated, "rev-parse", "HEAD"), git(updated, "rev-parse", "HEAD^{tree}")

    stopped = steps(updated, "\ns\nq\n")
    after_stop = subjects(updated, start)
    no_terminal = steps(updated)
    went_on = steps(updated, "", "--yes")
    again = steps(updated, "", "--yes")

    assert stopped.returncode == no_terminal.returncode == 1
    assert after_stop == [f"Update Oneloop {OLD} → {NEXT}", FIRST]
    assert f"To go on:\n    uv run python {STEPS}\n" in stopped.stdout
    assert f"git revert --no-edit {start[:7]}..HEAD" in stopped.stdout
    assert "add --yes" in no_terminal.stdout
    assert went_on.returncode == 0, went_on.stdout
    assert "No step is due" in again.stdout
    assert git(updated, "status", "--porcelain") == ""
    git(updated, "revert", "--no-edit", f"{start}..HEAD")
    assert git(updated, "rev-parse", "HEAD^{tree}") == before


def test_ctrl_c_at_a_question_says_how_to_go_on(updated: Path) -> None:
    start = git(updated, "rev-parse", "HEAD")
    command = [sys.executable, "-u", STEPS, "--no-selftest"]
    with subprocess.Popen(
        command,
        cwd=updated,
        env=clean_environment(SOMEBODY),
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout
        said = ""
        while "Apply it?" not in said:
            said += process.stdout.read(1)
        process.send_signal(signal.SIGINT)
        said += process.stdout.read()

    assert process.returncode == 130
    assert f"To go on:\n    uv run python {STEPS}\n" in said
    assert "Traceback" not in said
    assert subjects(updated, start) == [f"Update Oneloop {OLD} → {NEXT}"]
    assert git(updated, "status", "--porcelain") == ""


# It signs nothing: it sends Ctrl-C to the process that called git.
INTERRUPTS = "#!/bin/sh\nkill -INT $(ps -o ppid= -p $PPID)\nexit 1\n"


def go_on_and_back(service: Path, start: str, before: str) -> None:
    """Both ways that a stop prints end well: the rest is applied, and all of it can be reverted."""
    assert steps(service, "", "--yes").returncode == 0
    assert "No step is due" in steps(service, "", "--yes").stdout
    assert git(service, "status", "--porcelain") == ""
    git(service, "revert", "--no-edit", f"{start}..HEAD")
    assert git(service, "rev-parse", "HEAD^{tree}") == before


def test_ctrl_c_while_git_commits_says_what_is_not_committed(updated: Path) -> None:
    start, before = git(updated, "rev-parse", "HEAD"), git(updated, "rev-parse", "HEAD^{tree}")
    gpg = updated.with_name("gpg")
    gpg.write_text(INTERRUPTS)
    gpg.chmod(0o755)
    git(updated, "config", "commit.gpgSign", "true")
    git(updated, "config", "gpg.program", str(gpg))

    stopped = steps(updated, "", "--yes")
    git(updated, "config", "commit.gpgSign", "false")

    assert stopped.returncode == 130
    assert "Traceback" not in stopped.stdout
    assert "These files are written, and not committed:\n" in stopped.stdout
    assert f"To go on, commit them, and run:\n    uv run python {STEPS}\n" in stopped.stdout
    go_back = stopped.stdout.partition("keep these changes aside: ")[2].splitlines()[0]
    succeed("sh", "-ec", go_back, cwd=updated, env=SOMEBODY)
    assert git(updated, "rev-parse", "HEAD^{tree}") == before
    git(updated, "stash", "pop", "--quiet")
    go_on_and_back(updated, start, before)


@pytest.mark.nightly
def test_a_full_disk_says_how_to_go_on(updated: Path) -> None:
    """No file may grow beyond 4 KiB. The step that writes pyproject.toml is made whole or not at all."""
    start, before = git(updated, "rev-parse", "HEAD"), git(updated, "rev-parse", "HEAD^{tree}")
    steps(updated, "q\n")
    command = f"ulimit -f 8; exec {shlex.quote(sys.executable)} {STEPS} --no-selftest --yes"

    stopped = run("sh", "-ec", command, cwd=updated, env=SOMEBODY)

    assert stopped.returncode == 1
    assert "Traceback" not in stopped.stdout
    assert "The system refused: [Errno 27] File too large" in stopped.stdout
    assert f"To go on:\n    uv run python {STEPS}\n" in stopped.stdout
    assert git(updated, "status", "--porcelain") == ""
    go_on_and_back(updated, start, before)


def without_a_network(service: Path) -> dict[str, str]:
    offline = service.with_name("uv")
    offline.write_text("#!/bin/sh\necho 'error: no network' >&2\nexit 2\n")
    offline.chmod(0o755)
    return {**SOMEBODY, "UV": str(offline)}


@pytest.mark.nightly
def test_without_a_network_nothing_can_be_locked(updated: Path) -> None:
    """What Copier has brought stays until it can."""
    before = git(updated, "rev-parse", "HEAD^{tree}")
    (updated / "uv.lock").write_text("")
    git(updated, "add", "uv.lock")
    git(updated, "commit", "--quiet", "--message", "Lock", "--", "uv.lock")

    stopped = run(sys.executable, STEPS, "--yes", "--no-selftest", cwd=updated, env=without_a_network(updated))

    assert stopped.returncode == 1
    assert "`uv lock` failed. It reports:\nerror: no network" in stopped.stdout
    assert "These files are written, and not committed:\n" in stopped.stdout
    git(updated, "rm", "--quiet", "--force", "uv.lock")
    git(updated, "commit", "--quiet", "--message", "No lock", "--", "uv.lock")
    go_on_and_back(updated, git(updated, "rev-parse", "HEAD"), before)


def test_a_preview_of_the_steps_is_what_they_do(updated: Path) -> None:
    """The same list, and the same tree of git's."""
    (updated / "tests/contract").mkdir(exist_ok=True)
    (updated / "tests/contract/openapi.json").write_text("{}\n")  # so that no step runs a program
    start, before = commit_all(updated, "Update"), contents(updated)

    preview = steps(updated, "", "--preview")
    untouched = git(updated, "rev-parse", "HEAD"), contents(updated)
    done = steps(updated, "", "--yes")

    assert untouched == (start, before)
    listed, last, unchanged = preview.stdout.removesuffix("\n").rsplit("\n", 2)
    assert preview.returncode == done.returncode == 0, preview.stdout
    assert unchanged == "Nothing was changed."
    assert "Steps in your own files, a commit each" in listed
    assert done.stdout.startswith(listed)
    assert last == f"Your files are then those of git's tree {git(updated, 'rev-parse', 'HEAD^{tree}')}."
    assert last in done.stdout


@pytest.mark.nightly
def test_a_preview_that_stops_leaves_nothing_to_go_on_with(updated: Path) -> None:
    (updated / "uv.lock").write_text("")
    commit_all(updated, "Update")

    stopped = run(sys.executable, STEPS, "--preview", cwd=updated, env=without_a_network(updated))

    assert stopped.returncode == 1
    assert "`uv lock` failed. It reports:\nerror: no network" in stopped.stdout
    assert stopped.stdout.endswith("\nNothing was changed.\n")
    assert "To go on" not in stopped.stdout


def detached(service: Path) -> None:
    git(service, "switch", "--quiet", "--detach")


def behind(service: Path) -> None:
    git(service, "clone", "--quiet", "--bare", ".", "../origin.git")
    git(service, "remote", "add", "origin", "../origin.git")
    git(service, "fetch", "--quiet", "origin")
    git(service, "branch", "--quiet", "--set-upstream-to=origin/main")
    git(service, "reset", "--quiet", "--soft", "HEAD^")
    git(service, "stash", "--quiet")


def uncommitted(service: Path) -> None:
    append(service / "README.md", "mine\n")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (detached, "HEAD is detached, so the commits of the update would be on no branch. Make one:\n    git switch"),
        (behind, "This branch is 1 commits behind its upstream. Run:\n    git pull --ff-only"),
        (uncommitted, "These changes are not committed:\n   M README.md\n"),
    ],
    ids=["a detached HEAD", "a branch that is behind", "uncommitted work"],
)
def test_is_refused(old: Old, given: object, message: str) -> None:
    assert callable(given)
    service = old(NEXT)
    commit_all(service, "More work")
    given(service)
    before, head = contents(service), git(service, "rev-parse", "HEAD")

    done = steps(service, "", "--yes")

    assert done.returncode == 1
    assert message in done.stdout
    assert (contents(service), git(service, "rev-parse", "HEAD")) == (before, head)


@pytest.mark.nightly
def test_a_second_update_at_the_same_time_is_refused(updated: Path) -> None:
    """The first waits at a question. When it is killed, the next one starts."""
    command = [sys.executable, STEPS, "--no-selftest"]
    with subprocess.Popen(command, cwd=updated, env=clean_environment(SOMEBODY), stdin=subprocess.PIPE) as first:
        deadline = time.monotonic() + 60
        while git(updated, "log", "-1", "--format=%s") == "Work" and time.monotonic() < deadline:
            time.sleep(0.1)
        second = steps(updated)
        os.kill(first.pid, signal.SIGKILL)
    third = steps(updated, "", "--yes")

    assert second.stdout == "Another update of this service is running. Wait until it ends.\n"
    assert third.returncode == 0, third.stdout


@pytest.mark.nightly
def test_a_commit_that_git_refuses_keeps_the_files(updated: Path) -> None:
    """Such as without a name in git's configuration, or without the key that signs."""
    git(updated, "config", "commit.gpgSign", "true")
    git(updated, "config", "gpg.program", "false")

    refused = steps(updated, "", "--yes")
    git(updated, "config", "commit.gpgSign", "false")
    done = steps(updated, "", "--yes")

    assert refused.returncode == 1
    assert "git could not commit. It reports:\nerror: gpg failed to sign the data" in refused.stdout
    assert "then go on:" in refused.stdout
    assert done.returncode == 0, done.stdout
    assert f"Committed: Update Oneloop {OLD} → {NEXT}" in done.stdout
