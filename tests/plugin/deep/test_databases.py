"""Promises 2 and 14: what no wipe undoes stays with the test that did it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from oneloop.app import RunningApp
from oneloop.fixtures.database_fixtures import SecondDatabase
from oneloop.cleanup.test_databases import TestDatabases
from tests.deep.catalogue import driver_of
from tests.deep.conftest import wipe
from tests.deep.schema import EXISTS, MAKE, Shelf


async def test_a_schema_that_a_test_changed_is_replaced(
    databases: TestDatabases, db_engine: AsyncEngine
) -> None:
    async with db_engine.begin() as connection:
        await connection.execute(MAKE)

    wiped = await wipe(databases)

    assert wiped.schema_changes == ["made: table left_behind"]
    async with db_engine.connect() as connection:
        assert not await connection.scalar(EXISTS)


async def test_a_connection_of_the_harness_that_was_ended_is_made_anew(
    databases: TestDatabases, db_engine: AsyncEngine
) -> None:
    """A test may play the outage of the database."""
    async with db_engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    assert (await wipe(databases)).schema_changes == []
    assert (await wipe(databases)).schema_changes == []


@pytest.mark.usefixtures("probe")
async def test_a_lock_that_another_driver_left_is_not_waited_for(
    databases: TestDatabases, db_session: AsyncSession, database_url: str
) -> None:
    """It is found, its statement is told, its back end is ended, and the rows are gone."""
    db_session.add(Shelf(name="poetry"))
    await db_session.commit()
    async with create_async_engine(database_url, poolclass=NullPool).connect() as connection:
        driver: Any = driver_of(await connection.get_raw_connection())
        await driver.execute("BEGIN; UPDATE oneloop_probe.shelves SET name = 'prose'")

        began = perf_counter()
        wiped = await wipe(databases)
        spent = perf_counter() - began

        await connection.invalidate()
    assert len(wiped.leaks) == 1
    assert "idle in transaction after" in wiped.leaks[0]
    assert "UPDATE oneloop_probe.shelves" in wiped.leaks[0]
    assert spent < 0.4
    assert (await db_session.scalars(select(Shelf.name))).all() == []


@pytest.mark.parametrize("lock", ["", "FOR UPDATE SKIP LOCKED"])
@pytest.mark.usefixtures("probe")
async def test_the_app_may_end_a_transaction(
    databases: TestDatabases, db_session: AsyncSession, database_url: str, lock: str
) -> None:
    """A worker of its lifespan holds a row while it sends a mail: no leak of the test, and no reason to end it."""
    db_session.add(Shelf(name="poetry"))
    await db_session.commit()
    holds = asyncio.Event()

    async def work() -> None:
        engine = create_async_engine(database_url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.execute(text(f"SELECT FROM oneloop_probe.shelves {lock}"))
            holds.set()
            await asyncio.sleep(0.7)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        working = asyncio.create_task(work())
        yield
        await working

    running = RunningApp(lambda: FastAPI(lifespan=lifespan))
    await running.start()
    await holds.wait()

    wiped = await wipe(databases)

    await running.stop()
    assert wiped.leaks == []
    assert (await db_session.scalars(select(Shelf.name))).all() == []


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.restart_sequences
@pytest.mark.usefixtures("probe")
async def test_sequences_begin_anew_where_a_test_asks(db_session: AsyncSession, turn: int) -> None:
    shelf = Shelf(name="poetry")
    db_session.add(shelf)
    await db_session.flush()

    assert (shelf.id, turn) == (1, turn)


async def test_a_second_database_is_wiped_like_the_first(
    databases: TestDatabases, second_database: SecondDatabase
) -> None:
    def migrate(url: str) -> None:
        async def make() -> None:
            async with create_async_engine(url, poolclass=NullPool).begin() as connection:
                await connection.execute(MAKE)

        asyncio.run(make())

    async with second_database("second", migrate) as url:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.execute(text("INSERT INTO left_behind VALUES (1)"))

        await wipe(databases)

        async with engine.connect() as connection:
            assert (await connection.scalars(text("SELECT id FROM left_behind"))).all() == []
