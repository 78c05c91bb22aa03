"""Promise 5: locks hold between requests, and between a request and the test."""

import asyncio
from typing import Annotated

import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf

SHELF = f"{PREFIX}/shelves/poetry"


@pytest.fixture
async def shelf(probe: Probe, db_session: AsyncSession) -> Shelf:
    """Commit one row, and routes that change it."""
    shelf = Shelf(name="poetry")
    db_session.add(shelf)
    await db_session.commit()

    @probe.post("/shelves/{name}/locked")
    async def add_with_lock(
        name: str, session: Annotated[AsyncSession, Depends(probe.session)]
    ) -> None:
        row = select(Shelf).where(Shelf.name == name).with_for_update()
        shelf = (await session.scalars(row)).one()
        await asyncio.sleep(0.001)
        shelf.copies += 1

    @probe.post("/shelves/{name}/nowait")
    async def lock_or_say_so(
        name: str, session: Annotated[AsyncSession, Depends(probe.session)]
    ) -> str:
        row = select(Shelf).where(Shelf.name == name).with_for_update(nowait=True)
        try:
            await session.scalars(row)
        except DBAPIError as error:
            await session.rollback()
            return str(getattr(error.orig, "sqlstate", ""))
        return "locked"

    return shelf


async def test_a_row_lock_makes_requests_take_turns(
    shelf: Shelf, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    await asyncio.gather(*(async_client.post(f"{SHELF}/locked") for _ in range(8)))

    assert (await db_session.get_one(Shelf, shelf.id)).copies == 8


async def test_nowait_finds_the_row_that_the_test_has_locked(
    shelf: Shelf, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    await db_session.execute(select(Shelf).where(Shelf.id == shelf.id).with_for_update())

    assert (await async_client.post(f"{SHELF}/nowait")).json() == "55P03"
    await db_session.rollback()
    assert (await async_client.post(f"{SHELF}/nowait")).json() == "locked"


async def test_a_request_waits_for_the_tests_lock(
    shelf: Shelf, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    await db_session.execute(select(Shelf).where(Shelf.id == shelf.id).with_for_update())
    request = asyncio.create_task(async_client.post(f"{SHELF}/locked"))

    done, _ = await asyncio.wait([request], timeout=0.03)
    assert not done
    await db_session.commit()

    assert (await request).status_code == 200


async def test_a_forgotten_lock_is_an_error_and_no_hang(
    shelf: Shelf, probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    """The test database has a `lock_timeout`; this request shortens it to save time."""

    @probe.post("/impatient")
    async def wait_for_lock(
        session: Annotated[AsyncSession, Depends(probe.session)],
    ) -> tuple[str, str]:
        default = await session.scalar(text("SHOW lock_timeout"))
        await session.execute(text("SET LOCAL lock_timeout = '10ms'"))
        try:
            await session.execute(select(Shelf).with_for_update())
        except DBAPIError as error:
            await session.rollback()
            return str(default), str(getattr(error.orig, "sqlstate", ""))
        return str(default), "locked"

    await db_session.execute(select(Shelf).where(Shelf.id == shelf.id).with_for_update())

    assert (await async_client.post(f"{PREFIX}/impatient")).json() == ["2s", "55P03"]


async def test_a_deadlock_ends_as_an_error(
    shelf: Shelf, db_engine: AsyncEngine, db_session: AsyncSession
) -> None:
    other = Shelf(name="prose")
    db_session.add(other)
    await db_session.commit()
    both_hold_one = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> str:
        async with db_engine.connect() as connection:
            await connection.execute(select(Shelf).where(Shelf.id == first).with_for_update())
            await both_hold_one.wait()
            try:
                await connection.execute(select(Shelf).where(Shelf.id == second).with_for_update())
            except DBAPIError as error:
                return str(getattr(error.orig, "sqlstate", ""))
            return "both"

    ends = await asyncio.gather(lock(shelf.id, other.id), lock(other.id, shelf.id))

    assert sorted(ends) == ["40P01", "both"]


async def test_an_advisory_lock_is_one_for_all_sessions(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    @probe.get("/turn")
    async def take(session: Annotated[AsyncSession, Depends(probe.session)]) -> bool:
        return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(4711)")))

    await db_session.execute(text("SELECT pg_advisory_xact_lock(4711)"))

    assert (await async_client.get(f"{PREFIX}/turn")).json() is False
    await db_session.rollback()
    assert (await async_client.get(f"{PREFIX}/turn")).json() is True
