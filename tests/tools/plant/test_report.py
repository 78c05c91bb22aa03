"""The report names the place, the consequence and the test to copy, and repeats itself three times at most."""

from dataclasses import replace

from oneloop_tools.plant.baseline import Baseline
from oneloop_tools.plant.kinds import KINDS
from oneloop_tools.plant.outcome import Outcome, judge
from oneloop_tools.plant.places import Bug
from oneloop_tools.plant.report import render
from oneloop_tools.plant.workers import Failure, SuiteRun

BUG = Bug("first", KINDS[0], "app/a.py", range(3, 4), 3, "get", b"", "-a\n+b")


def missed(*names: str) -> list[Outcome]:
    return [Outcome(replace(BUG, id=name), "survived", tests=2) for name in names]


def test_what_is_missed_many_times_is_shown_three_times() -> None:
    text = render(missed(*"abcde"), [], verbose=False)

    assert text.count("SURVIVED app/a.py:3 commit-dropped in get: 2 tests reach it, and none fails") == 3
    assert "and 2 more of this kind in this file" in text
    assert text.endswith("5 bugs planted: 0 caught, 5 survived, 0 not reached, 0 listed as equivalent.")


def test_bug_is_caught_by_a_failure_a_crash_or_a_hang() -> None:
    ended = SuiteRun("ended", 0, "")
    failed = replace(ended, status=1, failures=[Failure("test_a", "call", "assert 0")])

    runs = [ended, failed, replace(ended, status=-11, last="test_b"), replace(ended, why="late", last="test_c")]
    outcomes = [judge(BUG, run, 2, 9.0) for run in runs]

    assert [each.state for each in outcomes] == ["survived", "caught", "caught", "caught"]
    assert [each.by for each in outcomes] == ["", "test_a", "test_b", "test_c"]


def test_baseline_tells_new_solved_and_gone_from_known() -> None:
    """Of a part of the code it does not know what is gone."""
    baseline = Baseline({"known": "", "solved": "", "gone": ""})
    outcomes = [*missed("known", "new"), Outcome(replace(BUG, id="solved"), "caught", "test_a")]

    new, solved = baseline.compare(outcomes, whole=True)
    _, solved_of_part = baseline.compare(outcomes, whole=False)

    assert [each.bug.id for each in new] == ["new"]
    assert (solved, solved_of_part) == (["solved", "gone"], ["solved"])
