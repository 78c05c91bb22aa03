"""An update that is killed loses nothing: the user's files are untouched, and one command sets the rest aside."""

from pathlib import Path

import pytest

from tests.docs.markdown import blocks
from tests.support import template
from tests.support.environment import git, succeed
from tests.updates.busy_user import does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.copier_program import SOMEBODY, deadly, update
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.ownership import is_users
from tests.updates.releases import FIX, FROM

RECOVER = next(block.text for block in blocks(Path("docs/updating.md"), "sh") if "stash" in block.text)

# Copier asks git once for each file that it writes: for the old render, then in the service, then for the new one.
MOMENTS = {
    "before it writes": ("*write-tree*", 0),
    "while it writes": ("*core.fileMode*", 1.5),
    "before it merges": ("*apply*--reject*", 0),
}


@pytest.mark.parametrize(
    "moment",
    [pytest.param(each, marks=[] if each == "while it writes" else pytest.mark.nightly) for each in MOMENTS],
)
def test_a_killed_update_is_undone_and_done_again(old: Old, fresh: Fresh, tmp_path: Path, moment: str) -> None:
    service = old(FROM[0], does_all_of_it)
    before, head = contents(service), git(service, "rev-parse", "HEAD")
    pattern, renders = MOMENTS[moment]
    templates = [path for path in fresh(FIX, after=FROM[0]) if not is_users(path)]

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

    succeed("sh", "-ec", RECOVER, cwd=service, env=SOMEBODY)

    assert contents(service) == before
    template.update(service, ref=FIX)
    assert look(service, before, fresh(FIX, after=FROM[0])) == CLEAN
