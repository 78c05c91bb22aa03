"""A suite of any length on tables of any number, under one of three ways to isolate its tests.

BENCH_TESTS, BENCH_TABLES and BENCH_ISOLATION (wipe, savepoint, none) say which. BENCH_REPORT is the file that
gets when the body of the first test began, as `time.time()` counts, and for each test when it ended, in seconds
since the first one did, and the memory of the process in KiB.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import perf_counter, time
from typing import Annotated, Any

import pytest
from fastapi import Depends
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from oneloop.app import RunningApp
from oneloop.cleanup.wiper import WipeResult
from oneloop.database.engine_guard import exempt
from oneloop.seam import Migrate
from oneloop.test_run import TestRun
from tests.bench.probe import Probe

HOW = os.environ.get("BENCH_ISOLATION", "wipe")
SCHEMA = "bench"
REPORT: list[tuple[float, int]] = []
BEGAN: list[float] = []


def make_tables(number: int) -> MetaData:
    """Describe tables, each with a foreign key to the one before it."""
    metadata = MetaData(schema=SCHEMA)
    for table in range(number):
        parent = [ForeignKey(f"{SCHEMA}.table_{table - 1}.id")] if table else []
        Table(
            f"table_{table}",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("name", String(100)),
            Column("parent_id", Integer, *parent, index=True),
        )
    return metadata


METADATA = make_tables(int(os.environ.get("BENCH_TABLES", "8")))


@pytest.fixture(scope="session")
def migrate(migrate: Migrate) -> Migrate:
    """Make the tables beside the service's own."""

    async def make(url: str) -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.execute(CreateSchema(SCHEMA))
            await connection.run_sync(METADATA.create_all)
        await engine.dispose()

    def go(url: str, revision: str = "head") -> None:
        migrate(url, revision)
        with exempt():
            asyncio.run(make(url))

    return go


@pytest.fixture(scope="session")
async def tables(_test_run: TestRun, db_engine: AsyncEngine) -> None:
    """Delete the rows after each test in the plugin's own way only."""

    async def keep_rows() -> WipeResult:
        return WipeResult()

    if HOW != "wipe":
        _test_run.databases.after_test = keep_rows


@pytest.fixture(scope="session")
async def connection(tables: None, db_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Give the one connection of the savepoint's way."""
    async with db_engine.connect() as connection:
        yield connection


if HOW == "savepoint":

    @pytest.fixture
    async def sessions(connection: AsyncConnection) -> AsyncIterator[Any]:
        """Give what the requests get: sessions in savepoints of one transaction."""
        transaction = await connection.begin()
        yield async_sessionmaker(connection, join_transaction_mode="create_savepoint")
        await transaction.rollback()

else:

    @pytest.fixture
    def sessions(tables: None) -> None:
        """Leave the requests the app's own."""


@pytest.fixture
def dependency_overrides(sessions: Any, session_factory_dependency: Any) -> dict[Any, Any]:
    """Override the app's sessions by the savepoint's."""
    return {session_factory_dependency: lambda: sessions} if sessions else {}


@pytest.fixture(scope="session")
def routes(_running_app: RunningApp, session_factory_dependency: Callable[..., Any]) -> Iterator[None]:
    """Add a route that commits a row to three tables, and one that reads it: once, as a service has its routes."""
    app = _running_app.app
    probe = Probe(app, session_factory_dependency)
    rows = METADATA.sorted_tables[:3]

    @probe.post("/rows")
    async def add(session: Annotated[AsyncSession, Depends(probe.session)]) -> int:
        parent = None
        for table in rows:
            values = {"name": "name", "parent_id": parent} if parent else {"name": "name"}
            parent = await session.scalar(insert(table).values(values).returning(table.c.id))
        return parent

    @probe.get("/rows/{number}")
    async def read(number: int, session: Annotated[AsyncSession, Depends(probe.session)]) -> str:
        table = rows[-1]
        return await session.scalar(select(table.c.name).where(table.c.id == number))

    with probe.mounted(app):
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make as many tests as were asked for."""
    if "turn" in metafunc.fixturenames:
        metafunc.parametrize("turn", range(int(os.environ.get("BENCH_TESTS", "300"))))


def memory() -> int:
    """Return the resident memory of this process, in KiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Note when the first test's body began."""
    if not BEGAN:
        BEGAN.append(time())


def pytest_runtest_logfinish() -> None:
    """Note when each test ended."""
    REPORT.append((perf_counter(), memory()))


def pytest_sessionfinish() -> None:
    """Write the report; under pytest-xdist the workers are silent, and the controller sees no test begin."""
    if REPORT and "PYTEST_XDIST_WORKER" not in os.environ and (path := os.environ.get("BENCH_REPORT")):
        start = REPORT[0][0]
        ended = [(end - start, kib) for end, kib in REPORT]
        Path(path).write_text(json.dumps({"began": BEGAN[0] if BEGAN else None, "ended": ended}))
