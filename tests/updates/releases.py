"""The releases: their sections in CHANGELOG.md, and their trees in the history of this repository."""

import io
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.support.environment import ROOT, commit_all, git
from tests.support.template import snapshot
from tests.updates import fix

SECTION = re.compile(r"^## (?P<version>\d\S*)[^\n]*\n(?P<text>.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
BY_HAND = re.compile(r"^### Change by hand\n(?P<text>.*?)(?=^### |\Z)", re.DOTALL | re.MULTILINE)
STEP = re.compile(r"^- (?P<text>.*?)(?=^- |\Z)", re.DOTALL | re.MULTILINE)
NOTHING = "Nothing."


class ChangelogError(Exception):
    """The CHANGELOG has a step that cannot be done to the letter."""


@dataclass(frozen=True)
class Step:
    """One thing to do by hand after an update to a release."""

    version: str
    text: str

    def __str__(self) -> str:
        """Show the release, and how the step begins."""
        return f"CHANGELOG.md, {self.version}: {self.text.splitlines()[0]!r}"


def sections() -> dict[str, str]:
    """Return each release's section by its version, the newest first."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    return {match["version"]: match["text"] for match in SECTION.finditer(text)}


def newest() -> str:
    """Return the version that the working tree will be."""
    return next(iter(sections()))


def steps_of(version: str, section: str) -> list[Step]:
    """Return the steps of one section; a section has "Nothing." if there are none."""
    by_hand = BY_HAND.search(section)
    found = [Step(version, match["text"]) for match in STEP.finditer(by_hand["text"])] if by_hand else []
    if by_hand is None or not (found or by_hand["text"].strip() == NOTHING):
        raise ChangelogError(f'CHANGELOG.md, {version}: write "### Change by hand" with steps, or with "{NOTHING}"')
    return found


def steps(*, after: str, up_to: str) -> list[Step]:
    """Return the steps after an update from one release to another, the oldest first."""
    found = sections()
    versions = list(reversed(found))
    between = versions[versions.index(after) + 1 : versions.index(up_to) + 1]
    return [step for version in between for step in steps_of(version, found[version])]


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


class HistoryError(Exception):
    """A release cannot be built: this clone lacks its commit."""


def tree(version: str, commit: str) -> bytes:
    """Return the tree of a release as a tar; raise `HistoryError` if the clone is shallow."""
    done = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
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
