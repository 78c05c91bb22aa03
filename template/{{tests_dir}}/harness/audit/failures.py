"""Whether a test failed by its loop: the families of `diagnosis` that two loops bring about."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..diagnosis import FAMILIES, Family, diagnose
from ..diagnosis.loops import LOOPS
from ..diagnosis.report import Logged

# Under two loops these come after the first error; elsewhere they are faults of a service.
SECOND = ("Another operation in progress", "Session in failed state")
BY_NAME = {family.name: family for family in FAMILIES}
LISTENING = pytest.StashKey[Logged]()


@contextmanager
def listening(item: pytest.Item) -> Iterator[None]:
    """Note what is logged while a test runs: an app turns its errors into answers."""
    item.stash[LISTENING] = logged = Logged()
    root = logging.getLogger()
    root.addHandler(logged)
    try:
        yield
    finally:
        root.removeHandler(logged)


def loop_family(item: pytest.Item, error: BaseException, *, sync: bool) -> Family | None:
    """Return the family by which a test failed, if it is one of loops."""
    found = dict.fromkeys((*item.stash[LISTENING].families, *diagnose(error)))
    known = {family.name for family in LOOPS} | (set(SECOND) if sync else set())
    return next((family for family in found if family.name in known), None)
