"""Rows that the migrations or the app insert, such as a first user: they stay, since the suite may need them."""

from collections.abc import Awaitable, Callable, Generator
from functools import partial
from typing import Any

import pytest

from ..cleanup.test_databases import TestDatabase
from ..database.engine_guard import exempt
from ..errors import SeededRowsError
from ..test_run import RUN

DATABASE = pytest.StashKey[TestDatabase]()
TABLES = pytest.StashKey[list[str]]()
MIGRATED = pytest.StashKey[list[str]]()
RESTARTED = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    databases = config.stash[RUN].databases
    note = databases.app_restarted

    def restarted() -> None:
        note()
        config.stash[RESTARTED] = True

    databases.app_restarted = restarted


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, Any, Any]:
    result = yield
    if fixturedef.argname == "_database":
        request.config.stash[MIGRATED] = _kept_when_made(result)
    if fixturedef.argname == "_test_run":
        request.config.stash[DATABASE] = request.getfixturevalue("_database")
    if fixturedef.argname == "_running_app":
        loop = request.config.stash[RUN].guard.loop
        assert loop is not None
        request.config.stash[TABLES] = loop.run_until_complete(_keep_now(request.config.stash[DATABASE]))
    return result


def _kept_when_made(database: TestDatabase) -> list[str]:
    """Let the database keep the tables that have rows when it is made, and return a list that then has their names."""
    make, found = database.make, list[str]()

    async def keeping() -> None:
        found.extend(await _keep(database, make))

    database.make = keeping  # type: ignore[method-assign]
    return found


async def _keep(database: TestDatabase, open_it: Callable[[], Awaitable[None]]) -> list[str]:
    """Keep the tables that have rows when the database is opened, and return their names."""
    try:
        await open_it()
    except SeededRowsError as error:
        database.kept = [*database.kept, *error.tables]
        await _reopen(database)
        return error.tables
    return []


async def _keep_now(database: TestDatabase) -> list[str]:
    with exempt():
        return await _keep(database, partial(_reopen, database))


async def _reopen(database: TestDatabase) -> None:
    """Take the rows of the kept tables as they are now, and the sequences as they were: the rows may have used them."""
    before = database.wiper
    await database.close()
    await database.open_wiper()
    if before is not None and database.wiper is not None:
        database.wiper.sequences = before.sequences


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """After a test that restarted the app, which has inserted its rows again: these are the ones to keep."""
    stash = item.config.stash
    if stash.get(RESTARTED, False) and stash.get(TABLES, []):
        loop = stash[RUN].guard.loop
        assert loop is not None
        loop.run_until_complete(_keep_now(stash[DATABASE]))
    stash[RESTARTED] = False


def pytest_terminal_summary(terminalreporter: "pytest.TerminalReporter", config: pytest.Config) -> None:
    if tables := config.stash.get(MIGRATED, []):
        terminalreporter.write_line(f"oneloop: the migrations insert rows, and they stay: {', '.join(tables)}")
    if tables := config.stash.get(TABLES, []):
        terminalreporter.write_line(f"oneloop: the app inserts rows when it starts, and they stay: {', '.join(tables)}")
