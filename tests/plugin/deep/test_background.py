"""Promise 6: background tasks, streams and code around the dependency use the same database."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf


@pytest.mark.parametrize("work", ["reads", "writes", "nothing"])
async def test_a_background_task_commits_in_a_session_of_its_own(
    probe: Probe,
    async_client: AsyncClient,
    db_session: AsyncSession,
    session_factory_dependency: Callable[..., Any],
    work: str,
) -> None:
    """Whatever the request itself did: after one that only reads, a savepoint loses the commit."""

    @probe.post("/later")
    async def later(
        background: BackgroundTasks,
        session: Annotated[AsyncSession, Depends(probe.session)],
        factory: Annotated[Any, Depends(session_factory_dependency)],
    ) -> None:
        async def add() -> None:
            async with factory.begin() as own:
                own.add(Shelf(name="later"))

        if work == "reads":
            await session.scalars(select(Shelf))
        elif work == "writes":
            session.add(Shelf(name="now"))
        background.add_task(add)

    await async_client.post(f"{PREFIX}/later")

    names = set(await db_session.scalars(select(Shelf.name)))
    assert names == ({"later", "now"} if work == "writes" else {"later"})


async def test_a_stream_reads_while_it_is_sent(
    probe: Probe,
    async_client: AsyncClient,
    db_session: AsyncSession,
    session_factory_dependency: Callable[..., Any],
) -> None:
    db_session.add_all([Shelf(name="poetry"), Shelf(name="prose")])
    await db_session.commit()

    @probe.get("/stream")
    async def stream(
        factory: Annotated[Any, Depends(session_factory_dependency)],
    ) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            async with factory() as session:
                names = await session.stream_scalars(select(Shelf.name).order_by(Shelf.name))
                async for name in names:
                    yield f"{name}\n"

        return StreamingResponse(lines(), media_type="text/plain")

    assert (await async_client.get(f"{PREFIX}/stream")).text == "poetry\nprose\n"


async def test_code_around_the_dependency_has_the_same_database(
    probe: Probe,
    async_client: AsyncClient,
    db_engine: AsyncEngine,
    session_factory_dependency: Callable[..., Any],
) -> None:
    """The app's own engine, asked directly, is on the test's database too."""

    @probe.get("/database")
    async def name(factory: Annotated[Any, Depends(session_factory_dependency)]) -> Any:
        async with factory() as session:
            own: AsyncEngine = session.bind
        async with own.connect() as connection:
            return await connection.scalar(text("SELECT current_database()"))

    async with db_engine.connect() as connection:
        ours = await connection.scalar(text("SELECT current_database()"))
    assert (await async_client.get(f"{PREFIX}/database")).json() == ours
