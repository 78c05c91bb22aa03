"""Whatever a test does to all the others: it is named, nothing hangs, and the next test finds all as it was."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import Installed
from tests.support.bugs import Edit, planted, run_tests
from tests.support.outcomes import Run
from tests.support.project import Project

PROBES = Path(__file__).parent / "probes"


@pytest.fixture(scope="module")
def attacked(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a service with hostile tests in it."""
    project = installed().copy(tmp_path_factory.mktemp("attacked") / "service")
    for name in ("hostile", "closed_loop"):
        shutil.copy(PROBES / f"{name}.py", project.root / f"tests/test_{name}.py")
    return project


@pytest.fixture(scope="module")
def outcome(attacked: Project) -> Run:
    return run_tests(attacked, "tests/test_hostile.py")


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("test_exits", "failure", "SystemExit: 3"),
        ("test_changes_the_server", "failure", "ServerSettingError: test_changes_the_server ran ALTER SYSTEM"),
        ("test_fills_the_pool", "error", "checked out at tests/test_hostile.py"),
        ("test_breaks_in_its_teardown", "error", "broken in its tear-down"),
        ("test_swallows_its_cancellation", "error", "the task 'stubborn', still running"),
        ("test_holds_a_transaction", "error", 'idle in transaction after: "INSERT INTO users'),
    ],
)
def test_is_named(outcome: Run, name: str, kind: str, words: str) -> None:
    assert outcome.outcomes[name].kind == kind, outcome.output
    assert words in outcome.outcomes[name].said


def test_the_next_one_finds_all_as_it_was(outcome: Run) -> None:
    following = {name for name in outcome.outcomes if name.startswith("test_next_to")}

    assert len(following) == 6
    assert following <= outcome.having("passed"), outcome.output
    assert "test_asks_late_for_a_fixture_of_the_session" in outcome.having("passed")


def test_a_closed_loop_ends_the_run_with_its_test(attacked: Project) -> None:
    run = run_tests(attacked, "tests/test_closed_loop.py")

    assert run.outcomes.keys() == {"test_closes_the_loop"}, run.output
    assert run.outcomes["test_closes_the_loop"].kind == "error"
    assert "closed the event loop that the app and every test share" in run.outcomes["test_closes_the_loop"].said


@pytest.mark.parametrize(
    ("edit", "missed"),
    [
        pytest.param(
            Edit("tests/harness/guard.py", "if ALTER_SYSTEM.match(statement) and", "if False and"),
            "test_next_to_changes_the_server",
            id="a setting of the server",
        ),
        pytest.param(
            Edit("tests/harness/leaks/hooks.py", "leaks.adopting()", "leaks.connections.watched()"),
            "test_asks_late_for_a_fixture_of_the_session",
            id="a late fixture",
        ),
    ],
)
def test_planted_bug_is_noticed(attacked: Project, edit: Edit, missed: str) -> None:
    with planted(attacked, edit):
        run = run_tests(attacked, "tests/test_hostile.py", "-k", "server or late")

    assert missed not in run.having("passed")
