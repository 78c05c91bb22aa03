"""0 conflicts and 0 lost bytes, from every release, whatever its user has done."""

import pytest

from tests.support import template
from tests.support.environment import commit_all, git
from tests.updates import fix, table
from tests.updates.busy_user import ALONE, TOGETHER, Habit, does_all_of_it
from tests.updates.conftest import Fresh, Old
from tests.updates.outcome import CLEAN, contents, look
from tests.updates.releases import FIX, FROM


def words(habit: Habit) -> str:
    return habit.__name__.replace("_", " ")


# What goes together is done together, but for the first release: there each habit also shows by itself.
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

    outcome = look(service, before, fresh(FIX))
    table.record(request.node, release, words(habit), outcome)
    assert outcome == CLEAN


@pytest.mark.parametrize("release", FROM)
def test_a_choice_that_is_gone_costs_no_byte(
    old: Old, fresh: Fresh, request: pytest.FixtureRequest, release: str
) -> None:
    """An answer that is none any more becomes the default, and the service stays what it is."""
    service = old(release, **fix.GONE)
    before = contents(service)

    template.update(service, ref=FIX)

    outcome = look(service, before, fresh(FIX))
    table.record(request.node, release, "chose what is gone", outcome)
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
