"""Promises 2 to 4: a request, the test and the next test see what production would let them see."""

from typing import Annotated

import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from .probe import PREFIX, Probe
from .schema import Shelf


async def test_the_test_sees_what_the_request_committed(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    @probe.post("/shelves")
    async def add(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        session.add(Shelf(name="poetry"))

    await async_client.post(f"{PREFIX}/shelves")

    assert (await db_session.scalars(select(Shelf.name))).all() == ["poetry"]


@pytest.mark.parametrize("turn", [1, 2])
async def test_nothing_outlives_the_test(
    probe: Probe,  # noqa: ARG001  makes the tables
    db_session: AsyncSession,
    turn: int,
) -> None:
    assert await db_session.scalar(select(func.count()).select_from(Shelf)) == 0, turn
    db_session.add(Shelf(name="poetry"))
    await db_session.commit()


async def test_a_rollback_in_a_handler_leaves_the_arranged_rows(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    db_session.add(Shelf(name="poetry"))
    await db_session.commit()

    @probe.post("/shelves")
    async def add_twice(session: Annotated[AsyncSession, Depends(probe.session)]) -> str:
        session.add(Shelf(name="poetry"))
        try:
            await session.flush()
        except IntegrityError:
            await session.rollback()
            return "rolled back"
        return "accepted"

    assert (await async_client.post(f"{PREFIX}/shelves")).json() == "rolled back"
    assert (await db_session.scalars(select(Shelf.name))).all() == ["poetry"]
