"""Promises 2 to 4: a request, the test and the next test see what production would let them see."""

from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, HTTPException
from httpx2 import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncSession

from .probe import PREFIX, Probe
from .schema import Book, Shelf

SHELVES = f"{PREFIX}/shelves"


@pytest.fixture
async def poetry(probe: Probe, db_session: AsyncSession) -> Shelf:  # noqa: ARG001  makes the tables
    """Commit one shelf, with a book."""
    shelf = Shelf(name="poetry", books=[Book(title="Odes")])
    db_session.add(shelf)
    await db_session.commit()
    return shelf


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


async def test_a_failed_session_does_not_poison_the_next_request(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession, poetry: Shelf
) -> None:
    @probe.post("/shelves/{name}")
    async def add(name: str, session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        session.add(Shelf(name=name))
        try:
            await session.flush()
        except IntegrityError as error:
            raise HTTPException(409) from error

    answers = [
        (await async_client.post(f"{SHELVES}/{name}")).status_code
        for name in (poetry.name, "prose")
    ]

    assert answers == [409, 200]
    assert await db_session.scalar(select(func.count()).select_from(Shelf)) == 2


async def test_a_forgotten_commit_shows(
    probe: Probe,
    async_client: AsyncClient,
    db_session: AsyncSession,
    session_factory_dependency: Callable[..., Any],
) -> None:
    @probe.post("/shelves")
    async def forget(factory: Annotated[Any, Depends(session_factory_dependency)]) -> None:
        async with factory() as session:
            session.add(Shelf(name="poetry"))
            await session.flush()

    await async_client.post(SHELVES)

    assert (await db_session.scalars(select(Shelf.name))).all() == []


async def test_a_missing_eager_load_shows(
    probe: Probe, async_client: AsyncClient, poetry: Shelf
) -> None:
    """The test has loaded the books; the request has a session of its own, and has not."""

    @probe.get("/shelves")
    async def titles(session: Annotated[AsyncSession, Depends(probe.session)]) -> str:
        shelf = await session.get_one(Shelf, poetry.id)
        try:
            return ", ".join(book.title for book in shelf.books)
        except MissingGreenlet:
            return "not loaded"

    assert [book.title for book in poetry.books] == ["Odes"]
    assert (await async_client.get(SHELVES)).json() == "not loaded"
