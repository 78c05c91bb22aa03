"""A release changes every version: CONTRIBUTING.md, and `tests.support.release`, which checks it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, blocks
from tests.support import release, template
from tests.support.environment import commit_all, git, run

CHANGED = f"template/{template.TESTS}/harness/oneloop/plugin.py"


def test_the_versions_agree() -> None:
    assert list(release.always_wrong(ROOT)) == []


def test_the_template_has_not_changed_without_a_new_version() -> None:
    """Since the last release, if there is one."""
    last = release.last_release(ROOT)

    assert [line for commit in [last] if commit for line in release.wrong_since(ROOT, commit)] == []


@pytest.fixture
def repository(oneloop: Path, tmp_path: Path) -> Path:
    """This repository, released as 1.0.0."""
    folder = template.snapshot_of(oneloop, tmp_path / "oneloop")
    (folder / release.TABLE).unlink()  # its commits are not in this history
    bump(folder, "1.0.0")
    commit_all(folder, "Release 1.0.0", tag="1.0.0")
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def bump(folder: Path, version: str) -> None:
    """Do what CONTRIBUTING.md says."""
    before = release.version_of((folder / release.PROJECT).read_text("utf-8"))
    for name in (release.PROJECT, release.PLUGIN):
        edit(folder / name, f'\nversion = "{before}"', f'\nversion = "{version}"')
    edit(folder / release.OLD_NAME, f'"{before}"', f'"{version}"')
    edit(folder / "CHANGELOG.md", "\n## ", f"\n## {version}\n\n- New.\n\n### Change by hand\n\nNothing.\n\n## ")


def judge(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the page's own command in a copy of the repository."""
    *_, check = (block.text.strip() for block in blocks(Path("CONTRIBUTING.md"), "sh"))
    assert check == "uv run python -m tests.support.release"
    return run(sys.executable, *check.split()[3:], *arguments, cwd=folder)


def change(folder: Path) -> None:
    with (folder / CHANGED).open("a", encoding="utf-8") as file:
        file.write("# A change.\n")


def test_a_release_passes(repository: Path) -> None:
    """As it was released, and after a change with all that belongs to it."""
    first = judge(repository)
    change(repository)
    bump(repository, "1.0.1")
    commit_all(repository, "Release 1.0.1")
    second = judge(repository)

    assert (first.returncode, first.stdout) == (0, "Ready to be tagged.\n")
    assert (second.returncode, second.stdout) == (0, "Ready to be tagged.\n")


def test_a_change_without_a_version_is_refused(repository: Path) -> None:
    """The last release is that of the table, if there is one: a tag that was not fetched does not matter."""
    change(repository)
    commit_all(repository, "Change")
    tagged = judge(repository)
    table = repository / release.TABLE
    table.write_text(f'RELEASES = {{\n    "1.0.0": "{git(repository, "rev-parse", "1.0.0")}",\n}}\n')
    git(repository, "tag", "--delete", "1.0.0")
    listed = judge(repository)

    assert "The tag 1.0.0 is on" in tagged.stdout
    for done in (tagged, listed):
        assert done.returncode == 1
        assert "The template has changed since 1.0.0" in done.stdout


def test_a_release_that_is_missing_is_not_ignored(repository: Path) -> None:
    done = judge(repository, "0" * 40)

    assert done.returncode == 1
    assert "The commit of the last release, 000000000, is missing." in done.stdout


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        (release.PROJECT, '"1.0.0"', '"1.0.1"', 'harness/pyproject.toml: write version = "1.0.1"'),
        (release.PROJECT, '"1.0.0"', '"v1.0"', "v1.0 is not a version of the form 1.2.3"),
        (release.PLUGIN, '"1.0.0"', '"1.0.1"', 'harness/pyproject.toml: write version = "1.0.0"'),
        (release.OLD_NAME, '"1.0.0"', '"1.0.1"', 'version.py: write VERSION = "1.0.0"'),
        ("CHANGELOG.md", "## 1.0.0\n", "## 1.0.9\n", "the section ## 1.0.0 is missing"),
        ("CHANGELOG.md", "## 1.0.0\n", "## 1.0.0 (unreleased)\n", "has '(unreleased)' after the version"),
        ("CHANGELOG.md", "### Change by hand\n\nNothing.\n", "", "has no part ### Change by hand"),
        ("README.md", "#", "# My", "There are changes that are not committed"),
    ],
)
def test_what_is_missing_is_listed(repository: Path, path: str, old: str, new: str, says: str) -> None:
    edit(repository / path, old, new)

    done = judge(repository)

    assert done.returncode == 1
    assert says in done.stdout
