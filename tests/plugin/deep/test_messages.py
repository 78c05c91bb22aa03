"""Promises 14 and 15: a failure is reported once and in few lines, wherever it happens and whatever its kind."""

import asyncio
import json
import linecache
import time
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop import each_test
from oneloop.errors import LeakError, OneloopError, RepeatedSelectsError, SeamSkipError, chain
from oneloop.report.known_errors import LOGGED, LoggedErrors, recognise
from oneloop.test_run import TestRun
from tests.deep.schema import Shelf

REVISION = "revision = 'a1b2'\ndown_revision = None\n\n\ndef upgrade():\n    raise ValueError('no such table')\n"


def report(test: pytest.Item, when: Any, error: Exception) -> pytest.TestReport:
    """Have pytest report `test` as if this phase had raised `error`."""

    def fail() -> NoReturn:
        raise error

    call = pytest.CallInfo.from_call(fail, when)
    made: pytest.TestReport = test.ihook.pytest_runtest_makereport(item=test, call=call)
    return made


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Iterator[pytest.Item]:
    """Return another test of the run."""
    item = next(item for item in request.session.items if item is not request.node)
    item.stash[LOGGED] = LoggedErrors()
    yield item
    del item.stash[LOGGED]


@pytest.mark.parametrize(("phase", "times"), [("setup", 1), ("teardown", 1), ("call", 2)])
def test_error_around_many_tests_is_shown_once(
    request: pytest.FixtureRequest, other: pytest.Item, phase: str, times: int
) -> None:
    """pytest counts the others apart; in the bodies of two tests it is two errors."""
    reports = [
        report(item, phase, OSError(f"{item.name} of {phase} left <socket fd={number} at 0x7f{number}>"))
        for number, item in enumerate((request.node, other))
    ]

    status = [request.config.hook.pytest_report_teststatus(report=each, config=request.config)[0] for each in reports]
    assert [name for name in status if name == "repeated errors"] == ["repeated errors"] * (2 - times)
    assert f"The same error as in {request.node.nodeid}: OSError" in str(reports[1].longrepr) or times == 2


def test_long_list_of_leaks_is_cut() -> None:
    """A few hundred requests of one test may leave a task each."""
    text = str(LeakError("test_x", [f"the task 'Task-{number}'" for number in range(23)]))

    assert "\n  - the task 'Task-19'\n  ... and 3 more\nAll of it was ended" in text
    assert "more" not in str(LeakError("test_x", ["the task"] * 20))


def test_report_of_the_teardown_repeats_no_log_of_the_body(other: pytest.Item) -> None:
    other.add_report_section("call", "log", "written by the body")
    reports = [report(other, phase, OSError(phase)) for phase in ("teardown", "call", "teardown")]

    assert ["written by the body" in str(each.sections) for each in reports] == [True, True, False]


@pytest.mark.parametrize(
    ("change", "rows"),
    [("flush", 1), ("add", 1), ("commit", 0), ("commit and change", 1), ("add after the request", 0)],
)
async def test_forgotten_commit_is_explained(
    request: pytest.FixtureRequest, async_client: AsyncClient, db_session: AsyncSession, poetry: Shelf, change: str, rows: int
) -> None:
    """Only what the test has not committed when its last request begins."""
    shelf = Shelf(name="history")
    if change != "add after the request":
        db_session.add(shelf)
    if change == "flush":
        await db_session.flush()
    if change.startswith("commit"):
        await db_session.flush()
        await db_session.commit()
    if change == "commit and change":
        poetry.name = "prose"
    await async_client.get("/api/health")
    db_session.add(shelf)

    hints = [text for title, text in report(request.node, "call", AssertionError()).sections if "not committed" in title]

    assert [f"which were not committed: {rows}." in hint for hint in hints] == [True] * rows
    await db_session.rollback()


def test_error_at_another_line_is_shown(request: pytest.FixtureRequest, other: pytest.Item) -> None:
    reports = [report(each, "setup", OSError(f"app.py:{line}")) for line, each in enumerate((request.node, other))]

    assert ["The same error" in str(each.longrepr) for each in reports] == [False, False]


@pytest.mark.parametrize(
    ("outer", "reason"),
    [(OSError("Look at DATABASE_URL"), "ValueError: no such table"), (OneloopError("Add it"), "OneloopError: Add it")],
    ids=["env.py", "the plugin"],
)
def test_migration_is_named_with_its_line(request: pytest.FixtureRequest, outer: Exception, reason: str) -> None:
    """With the database's error, and not that of env.py, which may point at the URL; the plugin's own has the fix."""
    linecache.cache["0001_first.py"] = (len(REVISION), None, REVISION.splitlines(keepends=True), "0001_first.py")
    scope: dict[str, Any] = {}
    exec(compile(REVISION, "0001_first.py", "exec"), scope)  # noqa: S102  as Alembic runs it
    try:
        try:
            scope["upgrade"]()
        except ValueError as cause:
            raise outer from cause
    except (OSError, OneloopError) as error:
        text = str(report(request.node, "setup", error).longrepr)

    assert text.startswith("The migration a1b2 failed at 0001_first.py:6:\n    raise ValueError('no such table')\n")
    assert text.endswith(reason)


async def test_repeated_query_is_shown_without_the_log_of_it(
    request: pytest.FixtureRequest, db_session: AsyncSession
) -> None:
    await db_session.execute(text("SELECT 1"))

    shown = [report(request.node, "teardown", error) for error in (LeakError("t", []), RepeatedSelectsError("t", []))]

    titles = [[title for title, _ in each.sections if title.startswith("SQL")] for each in shown]
    assert titles == [["SQL until teardown"], []]


def test_record_is_shown_once(request: pytest.FixtureRequest) -> None:
    """The service's JSON of a request stays; so do pytest's line of another logger, and a traceback."""
    request_log = {"message": "request", "method": "GET", "path": "/api/health"}
    client_log = 'HTTP Request: GET http://test/api/health?a=1 "HTTP/1.1 200 OK"'
    printed = f"{json.dumps(request_log)}\n{json.dumps({'message': client_log})}\n{json.dumps({'message': 'failed'})}\n"
    logged = (
        f"INFO     app:app.py:1 request\nINFO     httpx2:client.py:1 {client_log}\n"
        "WARNING  app:app.py:2 by another way\nERROR    app:app.py:3 failed\nTraceback\nOSError\n"
    )
    request.node.add_report_section("call", "stdout", printed)
    request.node.add_report_section("call", "log", logged)

    sections = dict(report(request.node, "call", OSError()).sections)

    assert sections["Captured stdout call"].splitlines() == [json.dumps(request_log), '{"message": "failed"}']
    assert sections["Captured log call"].splitlines() == [
        "WARNING  app:app.py:2 by another way",
        "ERROR    app:app.py:3 failed",
        "Traceback",
        "OSError",
    ]


class TestSeam:
    @pytest.fixture
    def login(self) -> None:
        pytest.skip("no broker")

    def test_fixture_that_skips_is_an_error(self, request: pytest.FixtureRequest) -> None:
        """Or else a run in which every test is skipped would be green."""
        with pytest.raises((SeamSkipError, pytest.skip.Exception)) as caught:
            request.getfixturevalue("login")

        assert isinstance(caught.value, SeamSkipError)
        assert "`login`" in str(caught.value)
        assert "no broker" in str(caught.value)


class Odd(RuntimeError):
    """It is false, and cannot be compared."""

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        raise TypeError("not comparable")

    __hash__ = None  # type: ignore[assignment]  # it is not hashable


def test_a_cause_that_is_false_is_followed() -> None:
    error = ValueError("the result")
    error.__cause__ = Odd("Event loop is closed")

    assert [known.name for known in recognise(error)] == ["Loop is closed"]


def test_errors_that_cannot_be_compared_are_followed() -> None:
    error = ExceptionGroup("all", [Odd("first"), Odd("second")])

    assert [type(each) for each in chain(error)] == [Odd, Odd, ExceptionGroup]


def test_a_clock_that_is_left_frozen_does_not_stop_the_cleaning(
    _test_run: TestRun, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As freezegun leaves it in a test whose time is over: the test is suspended in `freeze_time`."""

    def frozen(_: object) -> float:
        raise AssertionError("the frozen clock was read")

    loop = _test_run.guard.loop
    assert loop is not None
    left = loop.create_task(asyncio.sleep(60), name="suspended")
    monkeypatch.setattr(asyncio.BaseEventLoop, "time", frozen)

    with pytest.raises(LeakError, match="suspended"):
        each_test.end(_test_run, request.node)
    monkeypatch.undo()

    assert left.cancelled()
    assert abs(loop.time() - time.monotonic()) < 60
