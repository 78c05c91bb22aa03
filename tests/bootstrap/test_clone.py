"""`new` writes a service from the last commit of a git clone, so that an update finds the template again."""

import shutil

from tests.bootstrap.conftest import Machine
from tests.support.environment import commit_all, git

SAFE_DIRECTORY = """fatal: detected dubious ownership in repository
To add an exception for this directory, call:

        git config --global --add safe.directory /clone
"""


def test_git_is_needed(machine: Machine) -> None:
    machine.path = [str(machine.programs)]

    assert "git is missing. Install it, then try again." in machine.refusal("new", "../service")


def test_a_copy_from_a_zip_is_refused(machine: Machine) -> None:
    """Also where it is inside another repository, whose commits have nothing to do with it."""
    shutil.rmtree(machine.clone / ".git")
    commit_all(machine.home, "Another repository")

    message = machine.refusal("new", "../service")

    assert f"{machine.clone} is not a git clone, so no update could use it. Get Oneloop by `git clone`." in message


def test_the_whole_reason_of_git_is_shown(machine: Machine) -> None:
    machine.add("git", f"#!/bin/sh\ncat >&2 <<'END'\n{SAFE_DIRECTORY}END\nexit 128\n")

    message = machine.refusal("new", "../service")

    assert f"`git rev-parse --verify HEAD` failed in {machine.clone}:\n{SAFE_DIRECTORY}" in message


def test_uncommitted_changes_are_left_out(machine: Machine) -> None:
    commit = git(machine.clone, "rev-parse", "HEAD")
    (machine.clone / "draft.txt").touch()

    done = machine("new", "../service")

    assert f"has uncommitted changes. The service is written from its last commit, {commit[:9]}." in done.stderr
    assert f"--vcs-ref={commit}" in machine.calls("copier")[0].arguments


def test_the_variables_of_a_git_hook_are_ignored(machine: Machine) -> None:
    """Git sets them for its hooks. They would name the user's own repository and index."""
    other = machine.home / "other"
    other.mkdir()
    commit_all(other, "Another repository")
    hook = {"GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / ".git/index"), "GIT_WORK_TREE": str(other)}
    hook |= {"GIT_COMMON_DIR": hook["GIT_DIR"], "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"), "GIT_PREFIX": "a/"}
    hook |= {"GIT_CONFIG_PARAMETERS": "'core.bare=true'"}

    machine("new", "../service", **hook)

    (copier,) = machine.calls("copier")
    assert f"--vcs-ref={git(machine.clone, 'rev-parse', 'HEAD')}" in copier.arguments
    assert not hook.keys() & set(copier.variables)
