"""The update table: 0 conflicts and 0 lost bytes, from every release, whatever its user has done."""

import sys
from pathlib import Path

import pytest

from tests.support import template
from tests.support.environment import ROOT, commit_all, git, run
from tests.updates import fix, table
from tests.updates.busy_user import ALONE, TOGETHER, Habit, does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.edits import append
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.ownership import is_users
from tests.updates.releases import FIX, FROM, NEXT
from tests.updates.table import Cell, draw


def words(habit: Habit) -> str:
    return habit.__name__.replace("_", " ")


# The habits of TOGETHER are done together, and for the first release also one by one.
CASES = [
    *((release, habit) for release in FROM for habit in [does_all_of_it, *ALONE]),
    *((FROM[0], habit) for habit in TOGETHER),
]
IDS = [f"{release}, {words(habit)}" for release, habit in CASES]


@pytest.mark.nightly
@pytest.mark.parametrize(("release", "habit"), CASES, ids=IDS)
def test_every_edit_stays_and_every_fix_arrives(
    old: Old, fresh: Fresh, request: pytest.FixtureRequest, release: str, habit: Habit
) -> None:
    service = old(release, habit)
    before = contents(service)

    template.update(service, ref=FIX)

    outcome = look(service, before, fresh(FIX, after=release))
    table.record(request.node, release, words(habit), outcome)
    assert outcome == CLEAN


@pytest.mark.nightly
@pytest.mark.parametrize("release", FROM)
def test_a_removed_choice_costs_no_byte(old: Old, fresh: Fresh, request: pytest.FixtureRequest, release: str) -> None:
    """An answer that is no choice any more becomes the default, and the service stays what it is."""
    service = old(release, **fix.GONE)
    before = contents(service)

    template.update(service, ref=FIX)

    outcome = look(service, before, fresh(FIX, after=release))
    table.record(request.node, release, "has a removed choice", outcome)
    assert outcome == CLEAN
    assert "ci: gitlab" not in (service / ".copier-answers.yml").read_text()


@pytest.mark.nightly
@pytest.mark.parametrize("release", FROM)
def test_a_second_update_changes_nothing(old: Old, request: pytest.FixtureRequest, release: str) -> None:
    service = old(release)
    template.update(service, ref=FIX)
    commit_all(service, "Update")

    template.update(service, ref=FIX)

    changed = git(service, "status", "--porcelain")
    table.record(request.node, release, "updates twice", changed or "ok")
    assert changed == ""


@pytest.mark.nightly
@pytest.mark.parametrize("release", FROM)
def test_one_release_after_the_other(old: Old, fresh: Fresh, request: pytest.FixtureRequest, release: str) -> None:
    """The same comes of it as of one update."""
    service = old(release, does_all_of_it)
    before = contents(service)
    for each in FROM[FROM.index(release) + 1 :]:
        template.update(service, ref=each)
        commit_all(service, f"Update to {each}")

    template.update(service, ref=FIX)

    users = lambda path: path != "conftest.py" and is_users(path)  # noqa: E731  it was the template's up to 0.3.0
    outcome = look(service, before, fresh(FIX, after=release), own=["conftest.py"], is_users=users)
    table.record(request.node, release, "takes each release", outcome)
    assert outcome == CLEAN


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


CONFTEST = """
from tests.updates import table

def pytest_terminal_summary(terminalreporter):
    table.show(terminalreporter)
"""
TESTS = """
import pytest
from tests.updates import table

@pytest.mark.parametrize("release", ["0.1.0", "0.2.0"])
def test_update(request, release):
    outcome = {"0.1.0": "ok", "0.2.0": "2 lost"}[release]
    table.record(request.node, release, "edits", outcome)
    assert outcome == "ok"

def test_without_a_cell():
    pass
"""


def test_two_workers_make_one_table(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_updates.py").write_text(TESTS)
    command = (sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", f"--rootdir={tmp_path}")

    done = run(*command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)})

    assert "from   0.1.0  0.2.0\nedits  ok     2 lost\n2 updates, 1 of them wrong\n" in done.stdout
    assert done.returncode == 1


def test_what_was_not_updated_from_has_a_dash() -> None:
    lines = draw([Cell("0.1.0", "a", "ok"), Cell("0.2.0", "b", "ok")])

    assert lines == ["from  0.1.0  0.2.0", "a     ok     -", "b     -      ok", "2 updates, 0 of them wrong"]
