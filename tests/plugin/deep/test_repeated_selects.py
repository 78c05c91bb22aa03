"""Promise 20: a query for each row has a name. A request that repeats one SELECT from one line fails its test."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, WebSocket
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient
from pydantic import BaseModel, ConfigDict
from sqlalchemy import create_engine, func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.pool import StaticPool

from oneloop.clients import OneloopClient
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import SCHEMA, Base, Book, Shelf

ROWS = 12
Take = Callable[[], list[str]]
Work = Callable[[AsyncSession], Any]


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    title: str


class ShelfOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    books: list[BookOut]


@pytest.fixture
def take(_test_run: TestRun) -> Take:
    """Return what the plugin would raise at the end of the test, to ask it within one."""
    return _test_run.repeated_selects.take


@pytest.fixture
async def shelves(probe: Probe, db_session: AsyncSession) -> list[int]:  # noqa: ARG001  it makes the tables
    """Commit shelves with a book each, and return their ids."""
    rows = [Shelf(name=f"{number}", books=[Book(title="Odes")]) for number in range(ROWS)]
    db_session.add_all(rows)
    await db_session.commit()
    return [row.id for row in rows]


async def query_in_a_loop(session: AsyncSession) -> None:
    for shelf in (await session.scalars(select(Shelf))).all():
        await session.scalar(select(func.count()).select_from(Book).where(Book.shelf_id == shelf.id))  # here


async def get_in_a_loop(session: AsyncSession) -> None:
    for key in (await session.scalars(select(Shelf.id))).all():
        await session.get(Shelf, key)  # here


async def refresh_in_a_loop(session: AsyncSession) -> None:
    for shelf in (await session.scalars(select(Shelf))).all():
        await session.refresh(shelf, ["name"])  # here


async def statements_without_a_session(session: AsyncSession) -> None:
    connection = await session.connection()
    for number in range(ROWS):
        await connection.execute(select(Shelf.name).where(Shelf.id == number))  # here


async def lazy_loads_by_pydantic(session: AsyncSession) -> None:
    def load(sync: Session) -> list[ShelfOut]:
        return [ShelfOut.model_validate(shelf) for shelf in sync.scalars(select(Shelf))]  # here

    await session.run_sync(load)


async def tasks_side_by_side(session: AsyncSession) -> None:
    engine: Any = session.bind

    async def read(key: int) -> None:
        async with engine.connect() as connection:
            await connection.execute(select(Shelf.name).where(Shelf.id == key))  # here

    await asyncio.gather(*(read(key) for key in range(ROWS)))


REPEATS: list[Work] = [
    query_in_a_loop,
    get_in_a_loop,
    refresh_in_a_loop,
    statements_without_a_session,
    lazy_loads_by_pydantic,
    tasks_side_by_side,
]


def serve(work: Work, probe: Probe) -> None:
    @probe.get("/shelves")
    async def read(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        await work(session)


@pytest.mark.parametrize("work", REPEATS, ids=[each.__name__ for each in REPEATS])
async def test_a_query_for_each_row_is_named(
    work: Work, take: Take, probe: Probe, shelves: list[int], either_way: AsyncClient
) -> None:
    """With its request, its count, its line and the statement, in this process and over a socket."""

    serve(work, probe)

    await either_way.get(f"{PREFIX}/shelves")

    (text,) = take()
    assert text.startswith(f"GET {PREFIX}/shelves ran this {ROWS} times, at tests/deep/test_repeated_selects.py:")
    assert _line(text).endswith("# here")
    assert "\n    SELECT " in text


def _line(text: str) -> str:
    number = re.search(r"test_repeated_selects\.py:(\d+)", text)
    assert number, text
    return Path(__file__).read_text("utf-8").splitlines()[int(number[1]) - 1]


async def test_what_a_library_loads_for_the_response_is_named_by_its_endpoint(
    take: Take, probe: Probe, async_client: AsyncClient
) -> None:
    """FastAPI reads the rows after the endpoint has returned, so no line of the service runs then."""
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        execution_options={"schema_translate_map": {SCHEMA: None}},
    )
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(Shelf(name=f"{number}") for number in range(ROWS))
        session.flush()

        @probe.get("/shelves", response_model=list[ShelfOut])  # here
        def read() -> Any:
            return session.scalars(select(Shelf)).all()

        session.expire_all()
        answer = await async_client.get(f"{PREFIX}/shelves")
    engine.dispose()

    assert len(answer.json()) == ROWS
    (text,) = take()
    assert _line(text).endswith("# here")
    assert "in the response:\n    SELECT " in text


async def load_all_at_once(session: AsyncSession) -> None:
    shelves = await session.scalars(select(Shelf).options(selectinload(Shelf.books)))
    [ShelfOut.model_validate(shelf) for shelf in shelves]


async def ten_lines(session: AsyncSession) -> None:
    statement = select(Shelf)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)
    await session.scalars(statement)


async def batches(session: AsyncSession) -> None:
    for first in range(ROWS):
        await session.scalars(select(Shelf).where(Shelf.id.in_(range(first, first + 100))))


async def settings_of_a_transaction(session: AsyncSession) -> None:
    for number in range(ROWS):
        await session.scalar(select(func.set_config("app.tenant", str(number), True)))


RIGHT: list[Work] = [load_all_at_once, ten_lines, batches, settings_of_a_transaction]


@pytest.mark.parametrize("work", RIGHT, ids=[each.__name__ for each in RIGHT])
async def test_what_is_right_is_not_reported(
    work: Work, take: Take, probe: Probe, shelves: list[int], async_client: AsyncClient
) -> None:
    serve(work, probe)

    assert (await async_client.get(f"{PREFIX}/shelves")).status_code == 200

    assert take() == []


async def test_requests_and_the_test_itself_are_counted_apart(
    take: Take, probe: Probe, shelves: list[int], db_session: AsyncSession, either_way: AsyncClient
) -> None:
    """Ten pages in ten requests, and a loop in the test."""

    @probe.get("/page/{number}")
    async def read(number: int, session: Annotated[AsyncSession, Depends(probe.session)]) -> list[str]:
        return list(await session.scalars(select(Shelf.name).order_by(Shelf.id).offset(number).limit(1)))

    for number in range(ROWS):
        assert (await either_way.get(f"{PREFIX}/page/{number}")).json() == [str(number)]
        await db_session.scalars(select(Shelf).where(Shelf.id == number))

    assert take() == []


async def test_pages_of_a_stream_and_messages_of_a_websocket_are_counted_apart(
    take: Take,
    probe: Probe,
    shelves: list[int],
    either_way: OneloopClient,
    db_engine: AsyncEngine,
) -> None:
    @probe.get("/export")
    async def export() -> StreamingResponse:
        async def pages() -> AsyncIterator[str]:
            async with AsyncSession(db_engine) as session:
                for number in range(ROWS):
                    yield str(await session.scalar(select(Shelf.name).offset(number).limit(1)))

        return StreamingResponse(pages())

    @probe.websocket("/feed")
    async def feed(socket: WebSocket) -> None:
        await socket.accept()
        for _ in range(ROWS):
            key = await socket.receive_text()
            async with AsyncSession(db_engine) as session:
                await session.get(Shelf, int(key))
        await socket.send_text("done")

    await either_way.get(f"{PREFIX}/export")
    async with either_way.websocket(f"{PREFIX}/feed") as socket:
        for key in shelves:
            await socket.send_text(str(key))
        assert await socket.receive_text() == "done"

    assert take() == []


async def test_background_tasks_are_counted_apart_from_their_request(
    take: Take,
    probe: Probe,
    shelves: list[int],
    async_client: AsyncClient,
    session_factory_dependency: Callable[..., Any],
) -> None:
    """All of one request together."""

    async def count(factory: Any, times: int) -> None:
        async with factory() as session:
            for key in shelves[:times]:
                await session.get(Shelf, key)

    @probe.get("/work/{times}")
    async def work(
        times: int, background: BackgroundTasks, factory: Annotated[Any, Depends(session_factory_dependency)]
    ) -> None:
        await count(factory, 8)
        background.add_task(count, factory, times)

    await async_client.get(f"{PREFIX}/work/8")
    assert take() == []

    await async_client.get(f"{PREFIX}/work/12")
    assert [f"ran this {ROWS} times" in text for text in take()] == [True]


async def test_work_that_outlives_its_request_is_not_counted(
    take: Take, probe: Probe, shelves: list[int], db_engine: AsyncEngine, async_client: AsyncClient
) -> None:
    """As a scheduler does that the first request starts, or a task of the lifespan."""
    go, tasks = asyncio.Event(), []

    async def poll() -> None:
        await go.wait()
        async with db_engine.connect() as connection:
            for _ in range(ROWS):
                await connection.execute(select(Shelf.id).limit(1))

    @probe.get("/start")
    async def start() -> None:
        tasks.append(asyncio.create_task(poll()))

    await async_client.get(f"{PREFIX}/start")
    go.set()
    await asyncio.gather(*tasks)

    assert take() == []
