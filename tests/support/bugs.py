"""Planted bugs: a promise whose test cannot fail is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from tests.support.project import Project


class Bug(NamedTuple):
    """A small patch, the probe that has to notice it, and the words that it has to say."""

    path: str
    good: str
    bad: str
    noticed_by: str
    words: str = ""


@contextmanager
def planted(project: Project, bug: Bug) -> Iterator[None]:
    """Have the bug in a service until the block ends; a text that is no longer there would prove nothing."""
    path = project.root / bug.path
    text = path.read_text()
    assert text.count(bug.good) >= 1
    try:
        path.write_text(text.replace(bug.good, bug.bad))
        yield
    finally:
        path.write_text(text)
