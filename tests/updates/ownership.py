"""The owner of each path, read from the table in docs/ownership.md."""

import re
from functools import cache

from tests.support.environment import ROOT

ROW = re.compile(r"^\| (?P<paths>`[^|]+) \| (?P<owner>the template's|yours) \|", re.MULTILINE)
PATH = re.compile(r"`([^`]+)`")


@cache
def owned(owner: str) -> tuple[str, ...]:
    """Return the entries of the table for "the template's" or "yours": a file, `a folder/`, or `a_beginning*`."""
    text = (ROOT / "docs/ownership.md").read_text("utf-8")
    return tuple(path for row in ROW.finditer(text) if row["owner"] == owner for path in PATH.findall(row["paths"]))


TEMPLATES = owned("the template's")
USERS = owned("yours")


def is_in(path: str, entries: tuple[str, ...]) -> bool:
    """Whether the entries name the path, or a folder that it is in."""
    return any(path == entry or (entry[-1] in "/*" and path.startswith(entry.removesuffix("*"))) for entry in entries)


def is_users(path: str) -> bool:
    """Say whether an update must leave a path of a service alone: whatever is not the template's is the user's."""
    return not is_in(path, TEMPLATES)
