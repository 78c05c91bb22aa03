"""Promise 4: each request has a session of its own, as in production."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, HTTPException
from httpx2 import AsyncClient
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, MissingGreenlet, StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.errors import ConcurrentUseError
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf

SHELVES = f"{PREFIX}/shelves"


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


@pytest.mark.parametrize(("ends", "shown"), [("commit", "COMMIT"), ("rollback", "ROLLBACK")])
async def test_the_sql_of_a_test_shows_how_a_transaction_ended(
    db_session: AsyncSession, _test_run: TestRun, ends: str, shown: str
) -> None:
    """Else a row that nobody committed looks as if it were there."""
    await db_session.execute(select(1))
    await getattr(db_session, ends)()

    assert str(_test_run.sql_log).splitlines()[-1].strip() == shown


@pytest.mark.parametrize("at_once", [True, False])
async def test_two_tasks_in_one_session_are_refused(
    probe: Probe, async_client: AsyncClient, _test_run: TestRun, at_once: bool
) -> None:
    """With a warm pool it works, so a test would be green where production is not."""

    @probe.get("/both")
    async def both(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        await session.execute(select(1))
        first = asyncio.create_task(session.execute(select(func.pg_sleep(0.01))))
        if not at_once:
            await first
        try:
            await session.execute(select(2))
        finally:
            await first  # before the session ends: its rollback would meet the statement

    response = await async_client.get(f"{PREFIX}/both")

    if at_once:
        with pytest.raises(ConcurrentUseError, match=r"pg_sleep"):
            _test_run.refusals.raise_first()
    assert response.status_code == (500 if at_once else 200)


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
        except (MissingGreenlet, StatementError):  # psycopg's is told as a statement's error
            return "not loaded"

    assert [book.title for book in poetry.books] == ["Odes"]
    assert (await async_client.get(SHELVES)).json() == "not loaded"
