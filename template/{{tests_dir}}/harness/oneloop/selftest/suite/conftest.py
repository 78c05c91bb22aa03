"""The seam of the small service, and what its tests ask for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from oneloop.database.sessions import FreshSession
from oneloop.http_library import httpx

from . import app as service

Ask = Callable[[service.Handler], Awaitable[httpx.Response]]


async def make_tables(url: str, revision: str) -> None:
    tables, engine = service.Base.metadata, create_async_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(tables.drop_all if revision == "base" else tables.create_all)
    await engine.dispose()


async def make_user(session: AsyncSession, **values: Any) -> service.User:
    del values["username"]
    session.add(user := service.User(**values))
    return user


def give(value: object) -> Any:
    return pytest.fixture(scope="session")(lambda: value)


create_app = give(service.create_app)
create_user = give(make_user)
metadata = give(service.Base.metadata)
migrate = give(lambda url, revision="head": asyncio.run(make_tables(url, revision)))
roles = give(["admin", "writer"])
session_factory_dependency = give(service.get_factory)
settings = pytest.fixture(scope="session")(lambda database_url: database_url)


@pytest.fixture
def ask(async_client: httpx.AsyncClient) -> Ask:
    def post(handler: service.Handler) -> Awaitable[httpx.Response]:
        service.handlers.append(handler)
        return async_client.post("/run")

    return post


@pytest.fixture
async def arranged(db_session: FreshSession) -> AsyncIterator[FreshSession]:
    await service.see("fixture")
    db_session.add(service.Note(text="arranged"))
    await db_session.commit()
    yield db_session
    assert service.loops["fixture"] == id(asyncio.get_running_loop())
