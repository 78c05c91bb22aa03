"""An update that is killed costs nothing: what was the user's is there, and one command takes the rest back."""

from pathlib import Path

import pytest

from tests.docs.markdown import blocks
from tests.support import template
from tests.support.environment import git, succeed
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.copier_program import deadly, update
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.ownership import is_users
from tests.updates.releases import FIX, FROM

RECOVER = blocks(Path("docs/ownership.md"), "sh")[-1].text

# Copier asks git once for each file that it writes: for the old render, then in the service, then for the new one.
MOMENTS = {
    "before it writes": ("*write-tree*", 0),
    "while it writes": ("*core.fileMode*", 1.5),
    "before it merges": ("*apply*--reject*", 0),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_it_can_be_taken_back_and_done_again(old: Old, fresh: Fresh, tmp_path: Path, moment: str) -> None:
    service = old(FROM[0], does_all_of_it)
    before, head = contents(service), git(service, "rev-parse", "HEAD")
    pattern, renders = MOMENTS[moment]
    templates = [path for path in fresh(FIX) if not is_users(path)]

    killed = update(
        service,
        f"--vcs-ref={FIX}",
        programs=deadly(tmp_path / "bin", pattern, max(1, int(renders * len(templates)))),
    )

    assert killed.returncode == -9, killed.stdout
    half_way = contents(service)
    assert git(service, "rev-parse", "HEAD") == head
    assert {path for path in before if is_users(path) and before[path] != half_way.get(path)} == set()
    assert (half_way == before) is (moment == "before it writes")

    succeed("sh", "-ec", RECOVER, cwd=service)

    assert contents(service) == before
    template.update(service, ref=FIX)
    assert look(service, before, fresh(FIX)) == CLEAN
