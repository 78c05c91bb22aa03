"""What a test may do to other tests: each is followed by one that checks that nothing has changed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

INSERT = text(
    "INSERT INTO users (id, email, username, role, hashed_password, is_active)"
    " VALUES (gen_random_uuid(), 'left@test.com', 'left', 'writer', 'x', true)"
)
COUNT = text("SELECT count(*) FROM users WHERE username = 'left'")


async def as_it_was(client: AsyncClient, session: AsyncSession) -> None:
    assert (await client.get("/api/users/me")).status_code == 200
    assert await session.scalar(COUNT) == 0
    assert await session.scalar(text("SHOW work_mem")) == "4MB"


async def test_exits(db_session: AsyncSession) -> None:
    await db_session.execute(INSERT)
    await db_session.commit()
    sys.exit(3)


async def test_next_to_exits(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    await as_it_was(admin_client, db_session)


async def test_changes_the_server(db_engine: AsyncEngine) -> None:
    async with db_engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("ALTER SYSTEM SET work_mem = '1MB'"))
        await connection.execute(text("SELECT pg_reload_conf()"))


async def test_next_to_changes_the_server(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    await asyncio.sleep(0.2)
    await as_it_was(admin_client, db_session)


async def test_fills_the_pool(db_engine: AsyncEngine, request: Any) -> None:
    pool: Any = db_engine.pool
    free = 15 - pool.checkedout()  # a fixture of the session may hold one
    request.session.held = [await db_engine.connect() for _ in range(free)]


async def test_next_to_fills_the_pool(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    await as_it_was(admin_client, db_session)


@pytest.fixture
async def broken(db_session: AsyncSession) -> AsyncIterator[None]:
    await db_session.execute(INSERT)
    yield
    await db_session.commit()
    raise RuntimeError("broken in its tear-down")


async def test_breaks_in_its_teardown(broken: None) -> None:
    pass


async def test_next_to_breaks(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    await as_it_was(admin_client, db_session)


async def test_swallows_its_cancellation() -> None:
    async def swallow() -> None:
        while True:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                pass

    asyncio.create_task(swallow(), name="stubborn")  # noqa: RUF006  that is the mistake


async def test_next_to_swallows(admin_client: AsyncClient, db_session: AsyncSession) -> None:
    await as_it_was(admin_client, db_session)


@pytest.fixture(scope="session")
async def held(db_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    connection = await db_engine.connect()
    await connection.execute(INSERT)
    yield connection
    await connection.invalidate()
    await connection.close()


async def test_holds_a_transaction(held: AsyncConnection) -> None:
    pass


async def test_next_to_holds(admin_client: AsyncClient, db_session: AsyncSession, held: AsyncConnection) -> None:
    await as_it_was(admin_client, db_session)


@pytest.fixture(scope="session")
def late() -> str:
    return "late"


async def test_asks_late_for_a_fixture_of_the_session(admin_client: AsyncClient, request: Any) -> None:
    assert request.getfixturevalue("late") == "late"
