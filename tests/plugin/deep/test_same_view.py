"""Promises 2 and 3: a request, the test and the next test see what production lets them see."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient, ReadTimeout
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.clients.timeouts import limited
from oneloop.errors import SharedSessionError
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf

SHELVES = f"{PREFIX}/shelves"


async def test_the_test_sees_what_the_request_committed(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    @probe.post("/shelves")
    async def add(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        session.add(Shelf(name="poetry"))

    await async_client.post(SHELVES)

    assert (await db_session.scalars(select(Shelf.name))).all() == ["poetry"]


async def test_the_request_sees_what_the_test_committed(
    probe: Probe,
    async_client: AsyncClient,
    db_session: AsyncSession,
    poetry: Shelf,
) -> None:
    @probe.get("/shelves")
    async def names(session: Annotated[AsyncSession, Depends(probe.session)]) -> list[str]:
        return list(await session.scalars(select(Shelf.name).order_by(Shelf.name)))

    db_session.add(Shelf(name="prose"))
    await db_session.flush()  # the session stays in its transaction during the request

    assert (await async_client.get(SHELVES)).json() == [poetry.name]
    await db_session.commit()
    assert (await async_client.get(SHELVES)).json() == ["poetry", "prose"]


@pytest.mark.parametrize("how", ["get", "get_one", "refresh", "select"])
async def test_the_tests_session_is_never_stale(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession, poetry: Shelf, how: str
) -> None:
    @probe.patch("/shelves")
    async def rename(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        (await session.get_one(Shelf, poetry.id)).name = "verse"

    await async_client.patch(SHELVES)

    read: dict[str, Callable[[], Any]] = {
        "get": lambda: db_session.get(Shelf, poetry.id),
        "get_one": lambda: db_session.get_one(Shelf, poetry.id),
        "refresh": lambda: db_session.refresh(poetry),
        "select": lambda: db_session.scalar(select(Shelf)),
    }
    assert (await read[how]() or poetry).name == "verse"


@pytest.mark.parametrize("turn", [1, 2])
async def test_nothing_outlives_the_test(
    probe: Probe,  # noqa: ARG001  makes the tables
    db_session: AsyncSession,
    turn: int,
) -> None:
    assert await db_session.scalar(select(func.count()).select_from(Shelf)) == 0, turn
    db_session.add(Shelf(name="poetry"))
    await db_session.commit()


@pytest.mark.parametrize("turn", [1, 2])
async def test_a_route_of_a_test_ends_with_it(app: FastAPI, async_client: AsyncClient, turn: int) -> None:
    before = (await async_client.get("/of-a-test")).status_code
    app.add_api_route("/of-a-test", lambda: turn)

    assert (before, (await async_client.get("/of-a-test")).json()) == (404, turn)


@pytest.mark.parametrize("how", ["flush", "select"])
async def test_a_request_that_uses_the_tests_session_is_refused(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession, _test_run: TestRun, how: str
) -> None:
    """As by an override of the app's session: a forgotten commit would stay hidden."""

    @probe.post("/shelves")
    async def add() -> None:
        if how == "flush":
            db_session.add(Shelf(name="poetry"))
            await db_session.flush()
        else:
            await db_session.scalars(select(Shelf))

    await async_client.post(SHELVES)

    with pytest.raises(SharedSessionError):
        _test_run.refusals.raise_first()


@pytest.mark.parametrize("leave", ["cancelled", "timed out"])
async def test_a_request_commits_when_its_client_has_left(
    probe: Probe, either_way: AsyncClient, db_session: AsyncSession, leave: str
) -> None:
    """Nobody cancels it: a server does not either."""
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @probe.post("/shelves")
    async def add(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        begun.set()
        await may_end.wait()
        session.add(Shelf(name="poetry"))
        await session.commit()
        ended.set()

    asking = asyncio.create_task(either_way.post(SHELVES, timeout=None if leave == "cancelled" else 0.2))
    await begun.wait()
    if leave == "cancelled":
        asking.cancel()
    with pytest.raises((asyncio.CancelledError, ReadTimeout)) as left:
        async with limited("The end of the client's wait", 2):
            await asking
    assert (left.type is ReadTimeout) == (leave == "timed out")
    may_end.set()
    async with limited("The end of the request"):
        await ended.wait()

    assert (await db_session.scalars(select(Shelf.name))).all() == ["poetry"]


async def test_a_rollback_in_a_handler_leaves_the_arranged_rows(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession, poetry: Shelf
) -> None:
    @probe.post("/shelves")
    async def add_again(session: Annotated[AsyncSession, Depends(probe.session)]) -> str:
        session.add(Shelf(name=poetry.name))
        try:
            await session.flush()
        except IntegrityError:
            await session.rollback()
            return "rolled back"
        return "accepted"

    assert (await async_client.post(SHELVES)).json() == "rolled back"
    assert (await db_session.scalars(select(Shelf.name))).all() == ["poetry"]
