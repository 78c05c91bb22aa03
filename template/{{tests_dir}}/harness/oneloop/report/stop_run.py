"""Reasons to stop a run: a session fixture failed, or PostgreSQL or the database is gone."""

import asyncio
import re
import traceback
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ..cleanup.test_databases import State
from ..database.database_admin import is_connection_lost
from ..database.engine_guard import exempt
from ..errors import DatabaseUnreachableError, OneloopError, SeamSkipError
from ..seam import ASKED_AS
from ..test_run import RUN, TestRun

LOG_LINES = 12
FAILED_FIXTURE = pytest.StashKey[str]()
NEEDED = "The tests share the fixture {!r}, which failed. See above."


class Failure(NamedTuple):
    run: TestRun
    item: pytest.Item
    when: str  # setup, call or teardown
    error: BaseException


@dataclass(frozen=True)
class Contribution:
    sections: list[tuple[str, str]] = field(default_factory=list)
    text: str = ""  # replaces the traceback
    stop: str = ""  # the last line of a run that stops here


class LostServerError(OneloopError):
    def __init__(self, test: str, server: str, reason: str, log: Path | None) -> None:
        what, fix = f"PostgreSQL at {server}", "Start that server, then run the tests again."
        if log is not None:
            what, fix = "The embedded PostgreSQL", "Run the tests again: they start a new server."
        super().__init__(f"{what} stopped or restarted while {test} ran: {reason}.{_end_of(log)}\n{fix}")


def reason_to_stop(failure: Failure) -> Contribution:
    run, item, when, error = failure
    if when != "call" and (lost := _lost_server(run, when, error)):
        run.databases.state = State.LOST
        return Contribution(text=f"{type(lost).__name__}: {lost}", stop="PostgreSQL is gone. See above.")
    if run.databases.state is State.LOST:
        return Contribution(stop=f"No test can start after {run.guard.test}. See above.")
    failed = item.config.stash.get(FAILED_FIXTURE, None)
    return Contribution(stop=NEEDED.format(failed) if failed else "")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest) -> Any:
    try:
        return (yield)
    except (Exception, pytest.fail.Exception, pytest.skip.Exception) as error:
        name = fixturedef.argname
        ours = fixturedef.func.__module__.startswith(__name__.partition(".")[0])
        if (ours or name in {*ASKED_AS.values(), "event_loop_policy"}) and fixturedef.scope == "session":
            request.config.stash.setdefault(FAILED_FIXTURE, name)
        if name in ASKED_AS.values() and isinstance(error, pytest.skip.Exception):
            raise SeamSkipError(name, str(error)) from None
        if type(error) is RuntimeError and "Runner.run() cannot be called from a running event loop" in str(error):
            with warnings.catch_warnings(action="ignore"):  # of the coroutine of an async fixture, which cannot run
                traceback.clear_frames(error.__traceback__)
        raise


@pytest.hookimpl(wrapper=True, trylast=True)  # inside the terminal's wrapper
def pytest_sessionfinish(session: pytest.Session) -> Any:
    """Do not report again what a fixture raises because the server or the loop is gone."""
    try:
        return (yield)
    except Exception:
        if session.config.stash[RUN].databases.state is not State.LOST:
            raise


def _lost_server(run: TestRun, when: str, error: BaseException) -> LostServerError | None:
    # An error in a set-up, such as a failed login, does not show whether the server is gone.
    if when != "setup" and not is_connection_lost(error):
        return None
    databases = run.connect()

    async def ask() -> None:
        with exempt():
            await databases.check()

    # In a thread: the loop of the test run may be closed.
    with ThreadPoolExecutor(1, thread_name_prefix="oneloop-check") as thread:
        try:
            thread.submit(asyncio.run, ask()).result()
        except DatabaseUnreachableError as unreachable:
            server = str(databases.server.admin)
            return LostServerError(run.guard.test, server, unreachable.reason, run.log)
    return None


def _end_of(log: Path | None) -> str:
    try:
        written = "" if log is None else log.read_text(errors="replace")
    except OSError as error:
        written = str(error)
    # A server that stops writes the same line for each connection.
    lines = list(dict.fromkeys(re.sub(r"^.*?(?=[A-Z]+:  )", "", line) for line in written.splitlines()))
    return "\n  ".join(["\nThe end of its log:", *lines[-LOG_LINES:]]) if lines else ""
