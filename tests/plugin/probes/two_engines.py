"""A service with a second engine, which `SECOND` puts on the same database, on another test's, or on no test's."""

import os
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from oneloop.database.database_admin import administer
from oneloop.database.engine_guard import exempt

INSERT = text(
    "INSERT INTO users (id, email, username, role, hashed_password, is_active)"
    " VALUES (gen_random_uuid(), 'second@test.com', 'second', 'writer', 'x', true)"
)
COUNT = text("SELECT count(*) FROM users WHERE username = 'second'")


@pytest.fixture(scope="session")
async def second(database_url: str, _database: Any) -> AsyncIterator[AsyncEngine]:
    """The engine as a service would make it: once."""
    where = make_url(database_url)
    named = {"same": where.database, "foreign": "legacy_test", "wrong": "legacy"}[os.environ["SECOND"]]
    if named == "legacy_test":
        with exempt():
            async with administer(_database.databases.server.admin) as connection:
                await connection.execute(text("CREATE DATABASE legacy_test"))
    engine = create_async_engine(where.set(database=named))
    yield engine
    await engine.dispose()


@pytest.fixture
def route(app: FastAPI, second: AsyncEngine) -> Any:
    """A route that writes by the second engine, and says so."""
    routes = list(app.router.routes)

    @app.get("/probe/second")
    async def write() -> str:
        async with second.begin() as connection:
            await connection.execute(INSERT)
        return "written"

    yield "/probe/second"
    app.router.routes[:] = routes


@pytest.mark.parametrize("again", [1, 2])
async def test_writes_by_the_second(async_client: AsyncClient, route: str, db_session: AsyncSession, again: int) -> None:
    assert await db_session.scalar(COUNT) == 0, again
    assert (await async_client.get(route)).status_code == 200
    assert await db_session.scalar(COUNT) == 1


@pytest.mark.own_database
async def test_writes_to_its_own(async_client: AsyncClient, route: str, db_session: AsyncSession) -> None:
    assert (await async_client.get(route)).status_code == 200
    assert await db_session.scalar(COUNT) == 1


async def test_next(db_session: AsyncSession) -> None:
    assert await db_session.scalar(COUNT) == 0
