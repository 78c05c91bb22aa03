"""Promise 5: what happens at the same time in production happens at the same time in a test."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf


@pytest.mark.parametrize("number", [8, 50])
async def test_parallel_requests_all_commit(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession, number: int
) -> None:
    @probe.post("/shelves/{name}")
    async def add(name: str, session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        session.add(Shelf(name=name))

    responses = await asyncio.gather(
        *(async_client.post(f"{PREFIX}/shelves/{turn}") for turn in range(number))
    )

    assert {response.status_code for response in responses} == {200}
    assert await db_session.scalar(select(func.count()).select_from(Shelf)) == number


async def test_of_conflicting_requests_one_wins(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    """Serializable transactions conflict: the losers get SQLSTATE 40001, as in production."""
    db_session.add(shelf := Shelf(name="poetry"))
    await db_session.commit()
    all_have_read = asyncio.Barrier(4)

    @probe.post("/shelves/{name}")
    async def add(name: str, session: Annotated[AsyncSession, Depends(probe.session)]) -> str:
        await session.connection(execution_options={"isolation_level": "SERIALIZABLE"})
        shelf = (await session.scalars(select(Shelf).where(Shelf.name == name))).one()
        await all_have_read.wait()
        shelf.copies += 1
        try:
            await session.flush()
        except DBAPIError as error:
            await session.rollback()
            return str(getattr(error.orig, "sqlstate", ""))
        return "added"

    responses = await asyncio.gather(
        *(async_client.post(f"{PREFIX}/shelves/poetry") for _ in range(4))
    )

    assert Counter(response.json() for response in responses) == {"added": 1, "40001": 3}
    assert (await db_session.get_one(Shelf, shelf.id)).copies == 1


async def test_a_notification_arrives_when_the_request_commits(
    probe: Probe, async_client: AsyncClient, db_engine: AsyncEngine
) -> None:
    @probe.post("/notify")
    async def notify(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        await session.execute(text("SELECT pg_notify('oneloop_probe', 'hello')"))

    heard: asyncio.Queue[str] = asyncio.Queue()
    async with db_engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection

        def hear(*notification: Any) -> None:
            heard.put_nowait(notification[-1])

        await driver.add_listener("oneloop_probe", hear)
        await async_client.post(f"{PREFIX}/notify")
        assert await asyncio.wait_for(heard.get(), timeout=2) == "hello"
        await driver.remove_listener("oneloop_probe", hear)


async def test_a_handler_uses_sessions_in_parallel(
    probe: Probe,
    async_client: AsyncClient,
    session_factory_dependency: Callable[..., Any],
) -> None:
    @probe.get("/backends")
    async def backends(factory: Annotated[Any, Depends(session_factory_dependency)]) -> list[int]:
        both_open = asyncio.Barrier(2)

        async def backend() -> int:
            async with factory() as session:
                pid = await session.scalar(text("SELECT pg_backend_pid()"))
                await both_open.wait()
                return int(pid)

        return list(await asyncio.gather(backend(), backend()))

    pids = (await async_client.get(f"{PREFIX}/backends")).json()

    assert len(set(pids)) == 2
