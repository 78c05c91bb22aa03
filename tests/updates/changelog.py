"""CHANGELOG.md: its releases, and the steps by hand of each."""

import re
from dataclasses import dataclass

from tests.support.environment import ROOT

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
