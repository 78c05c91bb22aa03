"""A release bumps what it must: docs/releasing.md, and `tests.support.release`, which holds it."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, blocks
from tests.support import release, template
from tests.support.environment import commit_all, git, run
from tests.support.shipped import write_manifest
from tests.support.template import CONFTEST

COMMANDS = blocks(Path("docs/releasing.md"), "sh")


def test_the_versions_agree_and_the_manifest_is_fresh() -> None:
    assert list(release.standing(ROOT)) == []


def test_what_a_service_sees_has_not_changed_without_a_new_version() -> None:
    """Since the last release, when there has been one."""
    last = release.last_release(ROOT)

    assert [line for commit in [last] if commit for line in release.since(ROOT, commit)] == []


@pytest.fixture
def repository(oneloop: Path, tmp_path: Path) -> Path:
    """This repository, released as 1.0.0."""
    folder = template.snapshot_of(oneloop, tmp_path / "oneloop")
    (folder / release.TABLE).unlink(missing_ok=True)  # its commits are not in this history
    bump(folder, "1.0.0")
    commit_all(folder, "Release 1.0.0", tag="1.0.0")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def bump(folder: Path, version: str) -> None:
    """Do what docs/releasing.md says."""
    before = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    edit(folder / "pyproject.toml", f'version = "{before}"', f'version = "{version}"')
    edit(folder / release.HARNESS_VERSION, before, version)
    edit(folder / "CHANGELOG.md", "\n## ", f"\n## {version}\n\n- New.\n\n### Change by hand\n\nNothing.\n\n## ")
    write_manifest(folder / "template")


def judge(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the page's own command in a throw-away repository."""
    manifest, check = [block.text.strip() for block in COMMANDS]
    assert manifest == "uv run python -m tests.support.manifest"
    assert check == "uv run python -m tests.support.release"
    return run(sys.executable, *check.split()[3:], cwd=folder)


def change(folder: Path) -> None:
    edit(folder / "template" / CONFTEST, "Loads the harness", "Loads all of the harness")


class TestTheJudge:
    def test_lets_a_release_pass(self, repository: Path) -> None:
        """Once as it was released, and once more after a change with all that belongs to it."""
        first = judge(repository)
        change(repository)
        bump(repository, "1.0.1")
        commit_all(repository, "Release 1.0.1")
        second = judge(repository)

        assert (first.returncode, first.stdout) == (0, "Fit to be tagged.\n")
        assert (second.returncode, second.stdout) == (0, "Fit to be tagged.\n")

    def test_refuses_a_change_without_a_version(self, repository: Path) -> None:
        change(repository)
        write_manifest(repository / "template")
        commit_all(repository, "Change")

        done = judge(repository)

        assert done.returncode == 1
        assert "The template has changed since 1.0.0" in done.stdout
        assert "The tag 1.0.0 is on" in done.stdout

    def test_takes_the_last_release_of_the_table(self, repository: Path) -> None:
        """Where there is a table, it counts, and a tag that somebody forgot to fetch does not matter."""
        commit = git(repository, "rev-parse", "HEAD")
        git(repository, "tag", "--delete", "1.0.0")
        table = repository / release.TABLE
        table.parent.mkdir(exist_ok=True)
        table.write_text(f'RELEASES = {{\n    "0.1.0": "{"0" * 40}",\n    "1.0.0": "{commit}",\n}}\n')
        change(repository)
        write_manifest(repository / "template")
        commit_all(repository, "Change")

        assert "The template has changed since 1.0.0" in judge(repository).stdout

    def test_does_not_pass_over_a_release_that_it_cannot_see(self, repository: Path) -> None:
        done = run(sys.executable, "-m", "tests.support.release", "0" * 40, cwd=repository)

        assert done.returncode == 1
        assert "The commit of the last release, 000000000, is not here." in done.stdout

    @pytest.mark.parametrize(
        ("path", "old", "new", "says"),
        [
            ("pyproject.toml", '"1.0.0"', '"1.0.1"', 'version.py: write VERSION = "1.0.1"'),
            ("pyproject.toml", '"1.0.0"', '"v1.0"', "v1.0 is no version of the form 1.2.3"),
            (release.HARNESS_VERSION, "1.0.0", "1.0.1", 'version.py: write VERSION = "1.0.0"'),
            ("CHANGELOG.md", "## 1.0.0\n", "## 1.0.9\n", "there is no section ## 1.0.0"),
            ("CHANGELOG.md", "## 1.0.0\n", "## 1.0.0 (unreleased)\n", "says '(unreleased)'"),
            ("CHANGELOG.md", "### Change by hand\n\nNothing.\n", "", "has no part ### Change by hand"),
            (f"template/{CONFTEST}", "Loads", "Still loads", "The manifest is old."),
            ("README.md", "#", "# My", "There are changes that are not committed"),
        ],
    )
    def test_names_what_was_forgotten(self, repository: Path, path: str, old: str, new: str, says: str) -> None:
        edit(repository / path, old, new)

        done = judge(repository)

        assert done.returncode == 1
        assert says in done.stdout
