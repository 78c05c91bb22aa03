"""The seam of the small service, and what its tests ask for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from oneloop.database.sessions import FreshSession

from . import app as service

Ask = Callable[[Callable[[service.Context], Awaitable[Any]]], Awaitable[Response]]


def migrate_tables(url: str, revision: str = "head") -> None:
    async def run() -> None:
        tables, engine = service.Base.metadata, create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(tables.drop_all if revision == "base" else tables.create_all)
        await engine.dispose()

    asyncio.run(run())


async def create(session: AsyncSession, *, username: str, **values: Any) -> service.User:
    del username
    session.add(user := service.User(**values))
    await session.flush()
    return user


def give(value: object) -> Any:
    return pytest.fixture(scope="session")(lambda: value)


create_app = give(service.create_app)
create_user = give(create)
metadata = give(service.Base.metadata)
migrate = give(migrate_tables)
roles = give(["admin", "writer"])
session_factory_dependency = give(service.get_factory)


@pytest.fixture(scope="session")
def settings(database_url: str) -> str:
    return database_url


@pytest.fixture
def ask(async_client: AsyncClient) -> Ask:
    async def post(handler: Callable[[service.Context], Awaitable[Any]]) -> Response:
        service.handlers.append(handler)
        return await async_client.post("/run")

    return post


@pytest.fixture
async def arranged(db_session: FreshSession) -> FreshSession:
    author = service.User(email="a@test.com", role="writer", password="password")  # noqa: S106
    db_session.add(service.Note(text="arranged", author=author))
    await db_session.commit()
    return db_session
