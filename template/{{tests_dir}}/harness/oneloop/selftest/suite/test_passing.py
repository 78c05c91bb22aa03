"""What holds in a service without a mistake; each name begins with the promise's number."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient
from sqlalchemy import func, select

from oneloop.database.sessions import FreshSession

from . import app as service
from .app import Context, Note
from .conftest import Ask

NOTES = select(Note.text).order_by(Note.text)


@pytest.fixture
async def loop() -> AsyncIterator[int]:
    yield (before := id(asyncio.get_running_loop()))
    assert id(asyncio.get_running_loop()) == before


async def test_01_one_loop(ask: Ask, loop: int) -> None:
    async def in_background() -> None:
        service.see("task")

    async def handler(context: Context) -> None:
        context.tasks.add_task(in_background)

    await ask(handler)
    service.see("test")

    places = ("lifespan", "middleware", "dependency", "handler", "task", "test")
    assert service.loops == dict.fromkeys(places, loop)


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
            session.add(Note(text="not committed"))
            await session.flush()
        note = await context.session.get_one(Note, "arranged")
        return note.author.role if note.author else "loaded"

    assert (await ask(handler)).status_code == 500
    assert (await arranged.scalars(NOTES)).all() == ["arranged"]


async def test_05_concurrency_is_real(ask: Ask, arranged: FreshSession) -> None:
    both = asyncio.Barrier(2)

    async def handler(context: Context) -> list[object]:
        free = await context.session.scalars(select(Note).with_for_update(skip_locked=True))
        async with asyncio.timeout(2):
            await both.wait()
        return [free.all(), await context.session.scalar(select(func.pg_backend_pid()))]

    await arranged.scalars(select(Note).with_for_update())
    (free, one), (also_free, other) = [
        answer.json() for answer in await asyncio.gather(ask(handler), ask(handler))
    ]

    assert free == also_free == []
    assert one != other


async def test_06_all_code_uses_the_same_database(ask: Ask, arranged: FreshSession) -> None:
    async def handler(context: Context) -> StreamingResponse:
        async def write() -> None:
            async with context.factory.begin() as session:
                session.add(Note(text="by a task"))

        async def rows() -> AsyncIterator[str]:
            async with context.factory() as session:
                async for text in await session.stream_scalars(NOTES):
                    yield text

        context.tasks.add_task(write)
        return StreamingResponse(rows(), background=context.tasks)

    answer = await ask(handler)

    assert (answer.text, answer.headers["notes"]) == ("arranged", "1")
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
        return f"{context.greeting} {context.name}"

    before = (await ask(handler)).json()
    app.dependency_overrides[service.get_greeting] = lambda: "good day"
    after = (await ask(handler)).json()

    assert (before, after) == ("hello self-test", "good day self-test"), f"time {time}"


async def test_09_roles_are_separate(admin_client: AsyncClient, writer_client: AsyncClient) -> None:
    admin, writer = await admin_client.delete("/notes"), await writer_client.delete("/notes")

    assert (admin.status_code, writer.status_code) == (200, 403)
