"""0 conflicts and 0 lost bytes, from every release, whatever its user has done."""

import pytest

from tests.support import template
from tests.support.environment import commit_all, git
from tests.updates import fix, table
from tests.updates.busy_user import ALONE, TOGETHER, Habit, does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, FROM

pytestmark = pytest.mark.nightly  # test_command.py and test_suites.py update on each push


def words(habit: Habit) -> str:
    return habit.__name__.replace("_", " ")


# The habits of TOGETHER are done together, and for the first release also one by one.
CASES = [
    *((release, habit) for release in FROM for habit in [does_all_of_it, *ALONE]),
    *((FROM[0], habit) for habit in TOGETHER),
]
IDS = [f"{release}, {words(habit)}" for release, habit in CASES]


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


@pytest.mark.parametrize("release", FROM)
def test_a_second_update_changes_nothing(old: Old, request: pytest.FixtureRequest, release: str) -> None:
    service = old(release)
    template.update(service, ref=FIX)
    commit_all(service, "Update")

    template.update(service, ref=FIX)

    changed = git(service, "status", "--porcelain")
    table.record(request.node, release, "updates twice", changed or "ok")
    assert changed == ""


@pytest.mark.parametrize("release", FROM)
def test_one_release_after_the_other(old: Old, fresh: Fresh, request: pytest.FixtureRequest, release: str) -> None:
    """The same comes of it as of one update."""
    service = old(release, does_all_of_it)
    before = contents(service)
    for each in FROM[FROM.index(release) + 1 :]:
        template.update(service, ref=each)
        commit_all(service, f"Update to {each}")

    template.update(service, ref=FIX)

    outcome = look(service, before, fresh(FIX, after=release))
    table.record(request.node, release, "takes each release", outcome)
    assert outcome == CLEAN
