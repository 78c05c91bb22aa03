"""Promises 1 to 8: one loop, one lifespan, and who sees which rows."""

from .conftest import Run, RunSuite

SEEDED = """
from sqlalchemy import event
seed = lambda notes, connection, **_: connection.execute(notes.insert(), {"text": "seeded"})
event.listen(service.Note.__table__, "after_create", seed)
"""
FAILING_START = "\ncreate_app = give(lambda url: service.FastAPI(lifespan=lambda _: [].missing))\n"


def test_promise_01_one_loop(suite: Run, run: RunSuite) -> None:
    """Promise 1: everything runs on one loop; another loop and settings for two are refused."""
    suite.check(1)
    suite.shows("WrongLoopError: test_another_loop")
    refused = run("tests", "-o", "asyncio_default_test_loop_scope=function")
    refused.shows("asyncio_default_test_loop_scope", "'session'", "exit status 4")


def test_promise_02_same_view(suite: Run, run: RunSuite) -> None:
    """Promise 2: requests and tests see the same rows, and nothing outlives the test."""
    suite.check(2)
    suite.shows("SchemaChangedError: test_schema_changed", "table extra")
    run("tests/test_suite.py", seam=SEEDED).shows("SeededRowsError", "public.notes")


def test_promise_03_a_rollback_leaves_the_arranged_rows(suite: Run) -> None:
    """Promise 3: a rollback in a handler leaves the arranged rows in place."""
    suite.check(3)


def test_promise_04_a_session_per_request(suite: Run) -> None:
    """Promise 4: a missing load and a forgotten commit fail in the test too."""
    suite.check(4)


def test_promise_05_concurrency_is_real(suite: Run) -> None:
    """Promise 5: requests run in parallel, and locks hold between them and the test."""
    suite.check(5)


def test_promise_06_all_code_uses_the_same_database(suite: Run) -> None:
    """Promise 6: background tasks, streams and middleware see and write the same database."""
    suite.check(6)


def test_promise_07_the_lifespan_runs_once(suite: Run, run: RunSuite) -> None:
    """Promise 7: one lifespan in one task, its state a copy; a failing start is reported once."""
    suite.check(7)
    failing_start = run("tests/test_suite.py", seam=FAILING_START)
    assert failing_start.outcomes == {"test_01_one_loop": "failed"}, failing_start.output
    failing_start.shows("has no attribute 'missing'")


def test_promise_08_overrides_are_restored(suite: Run) -> None:
    """Promise 8: an override ends with its test, and the app's own are kept."""
    suite.check(8)
