"""The releases: their sections in CHANGELOG.md, and their trees in the history of this repository."""

import io
import re
import subprocess
import tarfile
from pathlib import Path

from tests.support.environment import ROOT, clean_environment, commit_all, git
from tests.support.template import snapshot
from tests.updates import fix

SECTION = re.compile(r"^## (?P<version>\d\S*)[^\n]*\n(?P<text>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def sections() -> dict[str, str]:
    """Return each release's section by its version, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    return {match["version"]: match["text"] for match in SECTION.finditer(text)}


def newest() -> str:
    """Return the version that the working tree will be."""
    return next(iter(sections()))


# The one place that says which commit is which release. A line is added when a release is tagged, and never changed.
RELEASES = {
    "0.1.0": "352c84d392338d18b087f5d4bdd8bdf162d7b2ce",
    "0.2.0": "b0f1686386b1853bf00730c2d68d0d0b9a79a114",
    "0.3.0": "5ba71c0c7e2a928fda94cc070b598ef21408c59c",
}
PAST = list(RELEASES)
# The working tree, by the topmost section of the CHANGELOG; and a release after it, see fix.py.
NEXT = newest()
FIX = f"{NEXT.rpartition('.')[0]}.{int(NEXT.rpartition('.')[2]) + 1}"

# What the tests update from: every release, and the working tree.
FROM = [*PAST, NEXT]

# What a thin release has: all that is the user's, and of the template's files the command, its steps and some others.
KEPT = re.compile(
    r"copier\.yml|CHANGELOG\.md|template/(?!.*/harness/|docs/testing/).*|template/.*/commands/.*"
    r"|template/.*/(?:__init__|errors|users|http_library|people|live|README|pyproject|[ab])[^/]*"
)


class HistoryError(Exception):
    """A release cannot be built: this clone lacks its commit."""


def tree(version: str, commit: str) -> bytes:
    """Return the tree of a release as a tar; raise `HistoryError` if the clone is shallow."""
    done = subprocess.run(
        ["git", "archive", commit], cwd=ROOT, capture_output=True, check=False, env=clean_environment()
    )
    if done.returncode:
        raise HistoryError(
            f"This clone has no commit {commit[:7]}, which is release {version}. "
            "Fetch the whole history: git fetch --unshallow"
        )
    return done.stdout


def build(folder: Path) -> None:
    """Make a template's repository with every release in it, each a commit and a tag."""
    folder.mkdir()
    for version, commit in RELEASES.items():
        packed = tree(version, commit)
        if (folder / ".git").exists():
            git(folder, "rm", "-r", "--quiet", ".")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        commit_all(folder, f"Release {version}", tag=version)
    git(folder, "rm", "-r", "--quiet", ".")
    snapshot(folder)
    git(folder, "tag", NEXT)
    fix.plant(folder, NEXT, FIX)
    commit_all(folder, f"Release {FIX}", tag=FIX)
    git(folder, "repack", "-a", "-d", "--quiet")  # each update clones it three times


def thin(full: Path, folder: Path) -> None:
    """Make a repository of the same releases with less in each, so that an update takes a third of the time."""
    git(full, "clone", "--quiet", "--no-checkout", ".", str(folder))
    for version in [*FROM, FIX]:
        git(folder, "read-tree", version)
        names = git(folder, "ls-files").splitlines()
        git(folder, "rm", "--cached", "--quiet", *(name for name in names if not KEPT.fullmatch(name)))
        git(folder, "commit", "--quiet", "--message", f"Release {version}")
        git(folder, "tag", "--force", version)
    git(folder, "remote", "remove", "origin")
    git(folder, "checkout", "--quiet", "--force", "HEAD")
    git(folder, "repack", "-a", "-d", "--quiet")
