"""What has to pass, with the promise's number; then mistakes that have to fail their own test."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import func, make_url, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from oneloop.clients import SyncClient
from oneloop.database.sessions import FreshSession
from oneloop.http_library import httpx

from . import app as service
from .app import Context, Note
from .conftest import Ask

NOTES = select(Note.text).order_by(Note.text)
left: list[object] = []


@pytest.mark.usefixtures("arranged")
async def test_01_one_loop(ask: Ask) -> None:
    async def handler(context: Context) -> None:
        context.tasks.add_task(service.see, "task")

    await ask(handler)
    places = ("lifespan", "fixture", "middleware", "dependency", "handler", "task")
    assert service.loops == dict.fromkeys(places, id(asyncio.get_running_loop()))


@pytest.mark.parametrize("time", [1, 2])
async def test_02_same_view(ask: Ask, arranged: FreshSession, time: int) -> None:
    async def handler(context: Context) -> list[str]:
        context.session.add(Note(text="requested"))
        return list(await context.session.scalars(NOTES))

    assert (await ask(handler)).json() == ["arranged", "requested"], f"time {time}"
    assert await arranged.get(Note, "requested")


async def test_03_a_rollback_leaves_the_arranged_rows(ask: Ask, arranged: FreshSession) -> None:
    async def handler(context: Context) -> None:
        context.session.add(Note(text="rolled back"))
        await context.session.flush()
        await context.session.rollback()

    await ask(handler)
    assert (await arranged.scalars(NOTES)).all() == ["arranged"]


async def test_04_a_session_per_request(ask: Ask, arranged: FreshSession) -> None:
    async def handler(context: Context) -> str:
        async with context.factory() as session:
            session.add(note := Note(text="not committed"))
            await session.flush()
            session.expire(note)
            return note.text  # not loaded

    assert (await ask(handler)).status_code == 500
    assert (await arranged.scalars(NOTES)).all() == ["arranged"]


async def test_05_concurrency_is_real(ask: Ask, arranged: FreshSession) -> None:
    both = asyncio.Barrier(2)

    async def handler(context: Context) -> list[str]:
        free = await context.session.scalars(NOTES.with_for_update(skip_locked=True))
        await asyncio.wait_for(both.wait(), 2)
        return [*free, str(await context.session.scalar(select(func.pg_backend_pid())))]

    await arranged.scalars(select(Note).with_for_update())
    one, other = await asyncio.gather(ask(handler), ask(handler))

    assert len({*one.json(), *other.json()}) == 2  # two connections, and no note


async def test_06_all_code_uses_the_same_database(ask: Ask, arranged: FreshSession) -> None:
    async def handler(context: Context) -> StreamingResponse:
        async def write() -> None:
            async with context.factory.begin() as session:
                session.add(Note(text="by a task"))

        async def rows() -> AsyncIterator[str]:
            async with context.factory() as session:
                yield str((await session.scalars(NOTES)).all())

        context.tasks.add_task(write)
        return StreamingResponse(rows(), background=context.tasks)

    answer = await ask(handler)
    assert (answer.text, answer.headers["notes"]) == ("['arranged']", "1")
    assert (await arranged.scalars(NOTES)).all() == ["arranged", "by a task"]


async def test_07_the_lifespan_runs_once(ask: Ask, database_url: str) -> None:
    async def handler(context: Context) -> int:
        context.request.state.visits += 1
        return int(context.request.state.visits)

    assert [(await ask(handler)).json() for _ in range(2)] == [1, 1]
    assert service.starts == [database_url]


@pytest.mark.parametrize("time", [1, 2])
async def test_08_overrides_are_restored(ask: Ask, app: FastAPI, time: int) -> None:
    async def handler(context: Context) -> str:
        return context.greeting

    assert (await ask(handler)).json() == "the app's own", f"time {time}"
    app.dependency_overrides[service.get_greeting] = lambda: "the test's"
    assert (await ask(handler)).json() == "the test's"


async def test_09_roles_are_separate(admin_client: httpx.AsyncClient, writer_client: httpx.AsyncClient) -> None:
    admin, writer = await admin_client.delete("/notes"), await writer_client.delete("/notes")
    assert (admin.status_code, writer.status_code) == (200, 403)


async def test_19_rights_are_real(ask: Ask) -> None:
    async def handler(context: Context) -> None:
        await context.session.execute(text("SELECT pg_read_file('PG_VERSION')"))

    assert (await ask(handler)).status_code == 500  # only a superuser may


async def read(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(select(Note))


async def test_another_loop(db_engine: AsyncEngine) -> None:
    await asyncio.to_thread(asyncio.run, read(db_engine))


async def test_another_database(database_url: str) -> None:
    await read(create_async_engine(make_url(database_url).set(database="production")))


async def test_schema_changed(db_session: FreshSession) -> None:
    await db_session.execute(text("CREATE TABLE extra ()"))
    await db_session.commit()


def test_sync_client_and_database(client: SyncClient) -> None:
    client.post("/run")


def test_sync_client_and_authentication(client: SyncClient) -> None:
    client.delete("/notes")


async def test_task() -> None:
    left.append(asyncio.create_task(asyncio.Event().wait(), name="endless"))


@pytest.mark.usefixtures("arranged")
async def test_connection(db_engine: AsyncEngine) -> None:
    left.append(connection := await db_engine.connect())
    await connection.execute(select(Note).with_for_update())


async def test_unawaited_error() -> None:
    async def fail() -> None:
        asyncio.get_running_loop().run_forever()

    asyncio.create_task(fail())  # noqa: RUF006  nothing shall hold it


async def test_background_task_fails(ask: Ask) -> None:
    async def handler(context: Context) -> None:
        context.tasks.add_task([].pop)

    await ask(handler)


async def test_query_for_each_row(ask: Ask) -> None:
    async def handler(context: Context) -> None:
        for _ in range(10):
            await context.session.scalar(NOTES)

    await ask(handler)


async def test_blocking_call() -> None:
    time.sleep(0.001)  # noqa: ASYNC251  the mistake


async def test_clean_after_all_of_them(db_session: FreshSession) -> None:
    assert (await db_session.scalars(NOTES)).all() == []
    assert await db_session.scalar(text("SELECT to_regclass('extra')")) is None
    runs = text(r"SELECT DISTINCT split_part(datname, '_', 2) FROM pg_database WHERE datname ~ '^test_(?!template)'")
    assert len((await db_session.scalars(runs)).all()) == 1  # only a kept template outlives its run
