"""The guard is no driver's own: each of these asks a database from a loop that does not own it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine


@pytest.fixture(params=["postgresql+asyncpg", "postgresql+psycopg", "sqlite+aiosqlite"])
def engine(request: Any, database_url: str, tmp_path: Path) -> AsyncEngine:
    """An engine of the driver."""
    if request.param.startswith("sqlite"):
        return create_async_engine(f"{request.param}:///{tmp_path}/probe.db")
    return create_async_engine(make_url(database_url).set(drivername=request.param))


@pytest.fixture
def routes(app: FastAPI, engine: AsyncEngine) -> Iterator[None]:
    """Routes that use the engine around every dependency, gone after the test."""
    routes = list(app.router.routes)
    factory = async_sessionmaker(engine)

    @app.get("/probe/engine")
    async def by_engine() -> int:
        async with engine.connect() as connection:
            return await connection.scalar(text("SELECT 1")) or 0

    @app.get("/probe/factory")
    async def by_factory() -> int:
        async with factory() as session:
            return await session.scalar(text("SELECT 1")) or 0

    @app.get("/probe/swallow")
    async def swallow() -> int:
        try:
            return await by_factory()
        except Exception:
            return 0

    yield
    app.router.routes[:] = routes


@pytest.mark.parametrize("path", ["engine", "factory", "swallow"])
def test_refused(client: Any, routes: None, path: str) -> None:
    client.get(f"/probe/{path}")


@pytest.mark.parametrize("path", ["engine", "factory"])
async def test_right_on_the_one_loop(async_client: Any, routes: None, engine: AsyncEngine, path: str) -> None:
    assert (await async_client.get(f"/probe/{path}")).json() == 1

    await engine.dispose()
