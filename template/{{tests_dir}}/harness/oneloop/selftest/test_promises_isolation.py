"""Promises 1 to 8: one loop, one lifespan, and who sees which rows."""

from .conftest import INI, Run, RunSuite

SETTING = "asyncio_default_test_loop_scope = "
SEEDED = """
from sqlalchemy.event import listens_for

@listens_for(service.Note.__table__, "after_create")
def seed(table, connection, **_):
    connection.execute(table.insert(), {"text": "seeded"})
"""
FAILING_START = "\ncreate_app = give(lambda url: service.FastAPI(lifespan=lambda _: [].missing))\n"


def test_promise_01_one_loop(passing: Run, failing: Run, run: RunSuite) -> None:
    """Promise 1: everything runs on one loop; another loop and settings for two are refused."""
    two_loops = run("tests", ini=INI.replace(f"{SETTING}session", f"{SETTING}function"))

    passing.check(1)
    failing.shows("WrongLoopError: test_another_loop")
    two_loops.shows(f"{SETTING}session", "exit status 4")


def test_promise_02_same_view(passing: Run, failing: Run, run: RunSuite) -> None:
    """Promise 2: requests and tests see the same rows, and nothing outlives the test."""
    seeded = run("tests/test_passing.py", seam=SEEDED)

    passing.check(2)
    failing.shows("SchemaChangedError: test_schema_changed", "table extra")
    assert failing.outcomes["test_clean_after_all_of_them"] == "passed", failing.output
    seeded.shows("SeededRowsError", "public.notes")


def test_promise_03_a_rollback_leaves_the_arranged_rows(passing: Run) -> None:
    """Promise 3: a rollback in a handler leaves the arranged rows in place."""
    passing.check(3)


def test_promise_04_a_session_per_request(passing: Run) -> None:
    """Promise 4: a missing eager load and a forgotten commit fail in the test too."""
    passing.check(4)


def test_promise_05_concurrency_is_real(passing: Run) -> None:
    """Promise 5: requests run in parallel, and locks hold between them and the test."""
    passing.check(5)


def test_promise_06_all_code_uses_the_same_database(passing: Run) -> None:
    """Promise 6: background tasks, streams and middleware see and write the same database."""
    passing.check(6)


def test_promise_07_the_lifespan_runs_once(passing: Run, run: RunSuite) -> None:
    """Promise 7: one lifespan in one task, its state a copy; a failing start is reported once."""
    failing_start = run("tests/test_passing.py", seam=FAILING_START)

    passing.check(7)
    assert failing_start.outcomes == {"test_01_one_loop": "failed"}, failing_start.output
    assert failing_start.output.count("E   AttributeError") == 1, failing_start.output


def test_promise_08_overrides_are_restored(passing: Run) -> None:
    """Promise 8: an override ends with its test, and the app's own are kept."""
    passing.check(8)
