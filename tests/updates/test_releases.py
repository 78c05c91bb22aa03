"""A release is a commit of this repository's history, and stays that commit."""

import re
from pathlib import Path

import pytest

from tests.support.environment import ROOT, git, run
from tests.updates.by_hand import COPY
from tests.updates.releases import (
    FIX,
    NEXT,
    RELEASES,
    ChangelogError,
    HistoryError,
    build,
    newest,
    sections,
    steps_of,
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


@pytest.mark.parametrize("section", ["- A change.\n", "### Change by hand\n\nSee the docs.\n"])
def test_a_release_says_what_is_left_to_do_even_if_it_is_nothing(section: str) -> None:
    with pytest.raises(ChangelogError, match=r"with steps, or with .Nothing\."):
        steps_of("9.9.9", section)


@pytest.mark.parametrize("version", sections())
def test_every_section_can_be_read(version: str) -> None:
    steps_of(version, sections()[version])


def test_what_is_copied_by_hand_is_in_its_release(repository: Path) -> None:
    """By the path that it has there, whatever it is called later."""
    copied = [
        (version, match["source"])
        for version, section in sections().items()
        for step in steps_of(version, section)
        if (match := COPY.match(step.text))
    ]

    assert copied
    assert [git(repository, "cat-file", "-t", f"{version}:{source}") for version, source in copied] == ["blob"] * len(
        copied
    )
