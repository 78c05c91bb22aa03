"""An update on one branch and work on another: git merges them as any other work."""

from pathlib import Path

import pytest

from tests.support import template
from tests.support.environment import commit_all, git
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.edits import append
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, FROM, NEXT


def update_on(service: Path, branch: str, release: str) -> None:
    git(service, "switch", "--quiet", branch)
    template.update(service, ref=release)
    commit_all(service, f"Update to {release}")


@pytest.mark.nightly
def test_back_and_forth_between_branches(old: Old, fresh: Fresh) -> None:
    """One branch skips a release, the other takes each; the work between stays on its own side until it is merged."""
    service = old(FROM[0], does_all_of_it)
    before = contents(service)
    git(service, "branch", "side")
    update_on(service, "main", NEXT)

    git(service, "switch", "--quiet", "side")
    assert contents(service) == before
    append(service / "src/my_service/main.py", "# on the side\n")
    commit_all(service, "Work on the side")
    side = contents(service)
    update_on(service, "side", FIX)
    assert look(service, side, fresh(FIX, after=FROM[0])) == CLEAN

    update_on(service, "main", FIX)
    assert look(service, before, fresh(FIX, after=FROM[0])) == CLEAN
    git(service, "merge", "--quiet", "--no-edit", "side")

    assert look(service, side, fresh(FIX, after=FROM[0])) == CLEAN
