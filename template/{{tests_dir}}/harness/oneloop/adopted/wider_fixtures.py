"""What a fixture wider than a test inserts and opens: its rows stay as long as it, and its session is rolled back.

Each fixture that inserts has a wiper of its own, which restores the rows as they are after its set-up. The wiper below
restores what was there before, once the fixture has ended. A session of such a fixture is rolled back after each test:
left alone, its transaction would lock rows that are wiped, and its objects would be those of the test before.
"""

from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from weakref import WeakSet

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.util import greenlet_spawn

from ..cleanup.test_databases import TestDatabase
from ..cleanup.wiper import PostgresWiper, open_wiper
from ..database.database_admin import CONNECTION_LOST
from ..database.engine_guard import exempt
from ..errors import OneloopError, SeededRowsError
from ..leaks.code_location import defined_at
from ..test_run import RUN, TestRun
from .seeded_rows import DATABASE

SHOWN = 5
GONE = (*CONNECTION_LOST, DBAPIError, asyncpg.PostgresError)


class WiderSessions:
    """Those that began a transaction while such a fixture was set up, and those that it gave."""

    def __init__(self) -> None:
        self.found: WeakSet[Session] = WeakSet()
        self.is_wider = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        before, self.is_wider = self.is_wider, True
        try:
            yield
        finally:
            self.is_wider = before

    def began(self, session: Session, *_: object) -> None:
        if self.is_wider:
            self.found.add(session)

    def given(self, value: object) -> None:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, AsyncSession):
                self.found.add(each.sync_session)
            elif isinstance(each, Session):
                self.found.add(each)
            elif isinstance(each, scoped_session):
                self.found.add(each())
            elif isinstance(each, async_scoped_session):
                self.found.add(each().sync_session)

    async def roll_back(self) -> None:
        for session in list(self.found):
            if session.in_transaction():
                await greenlet_spawn(session.rollback)
            session.expire_all()


@dataclass
class Level:
    """A fixture whose rows stay, and the wiper that was there before it."""

    fixture: pytest.FixtureDef[Any]
    below: PostgresWiper
    kept: Collection[str]


LEVELS = pytest.StashKey[list[Level]]()
STAY = pytest.StashKey[dict[str, list[str]]]()
SESSIONS = pytest.StashKey["WiderSessions"]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[LEVELS] = []
    config.stash[STAY] = {}
    sessions = config.stash[SESSIONS] = WiderSessions()
    event.listen(Session, "after_begin", sessions.began)
    config.add_cleanup(lambda: event.remove(Session, "after_begin", sessions.began))


@pytest.hookimpl(wrapper=True, tryfirst=True)  # around the plugin's own hooks
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    run, database = request.config.stash[RUN], request.config.stash.get(DATABASE, None)
    is_ours = (getattr(fixturedef.func, "__module__", None) or "").partition(".")[0] in ("oneloop", "oneloop_seam")
    if fixturedef.scope == "function" or is_ours or database is None or database.wiper is None:
        return (yield)
    sessions = request.config.stash[SESSIONS]
    levels, loop = request.config.stash[LEVELS], run.guard.loop
    assert loop is not None
    before = loop.run_until_complete(_tables_with_rows(database))
    end = partial(_end, run, database, levels, fixturedef)
    request.addfinalizer(lambda: None if loop.is_closed() else loop.run_until_complete(end()))  # after its own
    touched, run.guard.touched = run.guard.touched, False
    with sessions.watched():
        result = yield
    sessions.given(result)
    is_used, run.guard.touched = run.guard.touched, touched or run.guard.touched
    if not before and not loop.is_closed():
        found = loop.run_until_complete(_tables_with_rows(database))
        if found or (is_used and (levels or run.sql_log.schema)):
            loop.run_until_complete(_begin(database, levels, fixturedef))
            request.config.stash[STAY].setdefault(f"{fixturedef.argname} at {defined_at(fixturedef.func)}", found)
    return result


async def _tables_with_rows(database: TestDatabase) -> list[str]:
    """Return the tables that would be wiped now, and have rows."""
    assert database.wiper is not None
    with exempt():
        try:
            await database.wiper.check()
        except SeededRowsError as error:
            return list(error.tables)
        except (*GONE, OneloopError):
            return []
    return []


async def _begin(database: TestDatabase, levels: list[Level], fixture: pytest.FixtureDef[Any]) -> None:
    below, kept = database.wiper, database.kept
    assert below is not None
    urls = database.databases.wiper_urls(database.suffix)
    with exempt(), suppress(*GONE, OneloopError):
        try:
            wiper = await open_wiper(urls, kept)
        except SeededRowsError as error:
            kept = [*kept, *error.tables]
            wiper = await open_wiper(urls, kept)
        wiper.sequences = below.sequences  # which the rows may have used
        levels.append(Level(fixture, below, database.kept))
        database.wiper, database.kept = wiper, kept


async def _end(run: TestRun, database: TestDatabase, levels: list[Level], fixture: pytest.FixtureDef[Any]) -> None:
    """Restore what was there before the fixture; below others it only leaves the list."""
    at = next((i for i, level in enumerate(levels) if level.fixture is fixture), None)
    if at is None:
        return
    level = levels.pop(at)
    if at < len(levels):
        above, unused = levels[at], levels[at].below
        above.below, above.kept = level.below, level.kept
    else:
        unused, database.wiper, database.kept = database.wiper or level.below, level.below, level.kept
    with suppress(*GONE):
        await unused.close()
    if at == len(levels) and fixture.scope != "session":  # after the last test nothing needs it
        run.databases.mark_used(compare_schema=True)
        await run.databases.after_test()


@pytest.fixture(autouse=True)
def _wider_sessions(pytestconfig: pytest.Config, _after_each_test: None) -> Iterator[None]:
    # Ends after the test's other fixtures, and before its leaks are looked for.
    yield
    sessions, loop = pytestconfig.stash[SESSIONS], pytestconfig.stash[RUN].guard.loop
    if sessions.found and loop is not None and not loop.is_closed():
        loop.run_until_complete(sessions.roll_back())


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    for fixture, tables in [*config.stash[STAY].items()][:SHOWN]:
        if tables:
            terminalreporter.write_line(
                f"oneloop: the fixture {fixture} inserts rows once, and they stay until it ends: {', '.join(tables)}"
            )
