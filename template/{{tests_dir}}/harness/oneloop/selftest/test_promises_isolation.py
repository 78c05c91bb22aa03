"""Promises 1 to 9: one loop, one lifespan, and who sees which rows."""

import pytest

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


def test_promise_07_the_lifespan_runs_once(suite: Run, run: RunSuite) -> None:
    """Promise 7: one lifespan in one task, its state a copy; a failing start is reported once."""
    suite.check(7)
    failing_start = run("tests/test_suite.py", seam=FAILING_START)
    assert failing_start.outcomes == {"test_01_one_loop": "failed"}, failing_start.output
    failing_start.shows("has no attribute 'missing'")


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(3, id="a rollback in a handler leaves the arranged rows in place"),
        pytest.param(4, id="a missing load and a forgotten commit fail in the test too"),
        pytest.param(5, id="requests run in parallel, and locks hold between them and the test"),
        pytest.param(6, id="background tasks, streams and middleware use the same database"),
        pytest.param(8, id="an override ends with its test, and the app's own are kept"),
        pytest.param(9, id="two role clients in one test answer as two users"),
    ],
)
def test_promise(suite: Run, number: int) -> None:
    suite.check(number)
