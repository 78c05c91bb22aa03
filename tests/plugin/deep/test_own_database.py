"""Promise 2: what a test does to a database of its own goes with it."""

from typing import Annotated

import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from oneloop.cleanup.test_databases import TestDatabases
from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import EXISTS, MAKE, Shelf


@pytest.mark.own_database
async def test_the_app_and_the_test_share_the_tests_own_database(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    """The clients, the app and the session are all there, and the tables of the migrations too."""

    @probe.get("/exists")
    async def exists(session: Annotated[AsyncSession, Depends(probe.session)]) -> bool:
        return bool(await session.scalar(EXISTS))

    db_session.add(Shelf(name="poetry"))
    await db_session.execute(MAKE)
    await db_session.execute(text("SELECT set_config('search_path', 'nowhere', false)"))
    await db_session.commit()

    assert (await async_client.get(f"{PREFIX}/exists")).json() is True


async def test_an_own_database_goes_with_its_test(
    databases: TestDatabases, db_engine: AsyncEngine, database_url: str
) -> None:
    """The shared one is back, under the same URL, and who forgot a transaction is told."""
    name = db_engine.url.database
    await databases.own_database()
    async with db_engine.begin() as connection:
        await connection.execute(MAKE)
        await connection.execute(text(f"ALTER DATABASE \"{name}\" SET work_mem = '1MB'"))
    forgotten = create_async_engine(database_url, poolclass=NullPool)
    connection = await forgotten.connect()
    await connection.execute(text("SELECT 7"))

    found = (await databases.after_test()).leaks

    await connection.invalidate()
    await connection.close()
    assert found == ["a transaction, idle in transaction after: 'SELECT 7'"]
    async with db_engine.connect() as connection:
        assert not await connection.scalar(EXISTS)
        assert await connection.scalar(text("SHOW work_mem")) != "1MB"


async def test_a_connection_in_use_goes_back_to_its_pool(
    databases: TestDatabases, db_engine: AsyncEngine
) -> None:
    """A task of the lifespan may have it. No one would close the connection of another pool."""
    backend = text("SELECT pg_backend_pid()")
    async with db_engine.connect() as connection:
        await databases.own_database()
        before = await connection.scalar(backend)

    async with db_engine.connect() as connection:
        assert await connection.scalar(backend) == before
