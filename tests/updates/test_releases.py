"""A release is a commit of this repository's history, and stays that commit."""

import re
from pathlib import Path

import pytest

from tests.support.environment import ROOT, git, run
from tests.updates.releases import (
    FIX,
    NEXT,
    RELEASES,
    HistoryError,
    build,
    newest,
    sections,
    tree,
)


def test_each_release_has_its_section_and_the_working_tree_the_topmost() -> None:
    assert [version for version in sections() if version in RELEASES] == list(reversed(RELEASES))
    assert newest() == NEXT
    assert NEXT not in RELEASES


@pytest.mark.parametrize(("version", "commit"), RELEASES.items())
def test_a_tag_never_moves(version: str, commit: str) -> None:
    """Each release is a part of this history; where it is tagged, the tag says the same."""
    tagged = run("git", "rev-parse", "--verify", "--quiet", f"refs/tags/{version}^{{commit}}", cwd=ROOT).stdout.strip()

    assert tagged in {"", commit}
    git(ROOT, "merge-base", "--is-ancestor", commit, "HEAD")


def test_the_repository_has_a_tag_for_each(repository: Path) -> None:
    assert git(repository, "tag", "--list").splitlines() == sorted([*RELEASES, NEXT, FIX])


def test_a_release_is_made_of_its_own_tree_alone(repository: Path) -> None:
    """What a later release deleted is in the earlier one, and the other way round."""
    names = {
        version: set(git(repository, "ls-tree", "-r", "--name-only", version).splitlines()) for version in RELEASES
    }

    for version, commit in RELEASES.items():
        assert names[version] == set(git(ROOT, "ls-tree", "-r", "--name-only", commit).splitlines())


def test_a_shallow_clone_gets_the_command_that_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with the release, the commit and the command; and the command works."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{ROOT}", str(clone))
    monkeypatch.setattr("tests.updates.releases.ROOT", clone)
    commit = RELEASES["0.1.0"]

    with pytest.raises(HistoryError, match=rf"no commit {commit[:7]}, which is release 0\.1\.0\.") as refusal:
        build(tmp_path / "releases")

    fix = re.search(r"Fetch the whole history: git (.+)", str(refusal.value))
    assert fix
    git(clone, *fix[1].split())
    assert tree("0.1.0", commit)
