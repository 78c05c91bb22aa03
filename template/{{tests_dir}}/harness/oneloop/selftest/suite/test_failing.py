"""Mistakes, each of which has to fail its own test and no other."""

import asyncio
import time
from contextlib import suppress

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from oneloop import WrongDatabaseError
from oneloop.clients import SyncClient
from oneloop.database.sessions import FreshSession

from .app import Context, Note
from .conftest import Ask

left: list[object] = []


async def read(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))


async def test_another_loop(db_engine: AsyncEngine) -> None:
    await asyncio.to_thread(asyncio.run, read(db_engine))


async def test_schema_changed(db_session: FreshSession) -> None:
    await db_session.execute(text("CREATE TABLE extra ()"))
    await db_session.commit()


def test_sync_client_and_database(client: SyncClient) -> None:
    client.post("/api/auth/login", json={"email": "a@test.com"})


def test_sync_client_and_authentication(client: SyncClient) -> None:
    client.delete("/notes")


async def test_another_database(database_url: str) -> None:
    engine = create_async_engine(make_url(database_url).set(database="production"))
    with suppress(WrongDatabaseError):  # as a handler that catches everything does
        await read(engine)


async def test_task() -> None:
    left.append(asyncio.create_task(asyncio.Event().wait(), name="endless"))


@pytest.mark.usefixtures("arranged")
async def test_connection(db_engine: AsyncEngine) -> None:
    left.append(connection := await db_engine.connect())
    await connection.execute(select(Note).with_for_update())


async def test_session(ask: Ask) -> None:
    async def handler(context: Context) -> None:
        left.append(session := context.factory())
        await session.execute(select(Note))

    await ask(handler)


async def test_unawaited_error(ask: Ask) -> None:
    async def fail() -> None:
        raise ValueError("nothing awaits this")

    async def handler(_: Context) -> None:
        asyncio.create_task(fail())  # noqa: RUF006  nothing shall hold it

    await ask(handler)


async def test_blocking_call(ask: Ask) -> None:
    async def handler(_: Context) -> None:
        time.sleep(0.001)  # noqa: ASYNC251  the mistake

    assert (await ask(handler)).status_code == 200


async def test_known_error(ask: Ask) -> None:
    async def handler(context: Context) -> None:
        await context.session.execute(select(Note))
        asyncio.get_running_loop().run_forever()

    assert (await ask(handler)).status_code == 200


async def test_clean_after_all_of_them(db_session: FreshSession) -> None:
    assert (await db_session.scalars(select(Note))).all() == []
    assert await db_session.scalar(text("SELECT to_regclass('extra')")) is None
