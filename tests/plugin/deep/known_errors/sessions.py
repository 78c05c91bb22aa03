"""How the errors of a session come about."""

import asyncio
from contextlib import suppress

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from tests.deep.schema import Shelf
from .given import Given, Provoked


async def read_what_was_not_loaded(given: Given) -> None:
    async with given.session() as session:
        session.add(Shelf(name="poetry"))
        await session.flush()
        session.expunge_all()
        (await session.scalars(select(Shelf))).one().books  # noqa: B018  reading it is the mistake


async def read_without_the_session(given: Given) -> None:
    async with given.session() as session:
        session.add(shelf := Shelf(name="poetry"))
        await session.flush()
    await session.close()
    shelf.books  # noqa: B018  reading it is the mistake


async def go_on_after_a_failed_flush(given: Given) -> None:
    async with given.session() as session:
        session.add_all([Shelf(name="poetry"), Shelf(name="poetry")])
        with suppress(IntegrityError):
            await session.flush()
        await session.execute(text("SELECT 1"))


async def go_on_after_a_failed_statement(given: Given) -> None:
    async with given.engine.connect() as connection:
        with suppress(DBAPIError):
            await connection.execute(text("SELECT 1 / 0"))
        await connection.execute(text("SELECT 1"))


async def share_a_session(given: Given) -> None:
    async with given.own_engine() as engine, AsyncSession(engine) as session:
        statements = (session.execute(text("SELECT 1")) for _ in range(2))
        done = await asyncio.gather(*statements, return_exceptions=True)
    for error in done:
        if isinstance(error, BaseException):
            raise error


async def close_a_session_in_use(given: Given) -> None:
    async with given.own_engine() as engine, AsyncSession(engine) as session:
        statement = asyncio.create_task(session.execute(text("SELECT 1")))
        await asyncio.sleep(0)
        try:
            await session.close()
        finally:
            await statement


async def share_a_connection(given: Given) -> None:
    async with given.engine.connect() as connection:
        driver = await given.driver(connection)
        statement = asyncio.create_task(driver.execute("SELECT 1"))
        await asyncio.sleep(0)
        try:
            await driver.execute("SELECT 1")
        finally:
            await statement


async def begin_twice(given: Given) -> None:
    async with given.session() as session:
        await session.execute(text("SELECT 1"))
        await session.begin()


async def commit_inside_the_block(given: Given) -> None:
    async with given.session() as session, session.begin():
        await session.commit()
        await session.execute(text("SELECT 1"))


async def add_to_two_sessions(given: Given) -> None:
    async with given.session() as one, given.session() as other:
        one.add(shelf := Shelf(name="poetry"))
        other.add(shelf)


SESSIONS: Provoked = (
    ("MissingGreenlet", read_what_was_not_loaded),
    ("Row without its session", read_without_the_session),
    ("Session in failed state", go_on_after_a_failed_flush),
    ("Session in failed state", go_on_after_a_failed_statement),
    ("Concurrent use of a session", share_a_session),
    ("Concurrent use of a session", close_a_session_in_use),
    ("Another operation in progress", share_a_connection),
    ("Transaction already begun", begin_twice),
    ("Transaction ended in its block", commit_inside_the_block),
    ("Row of another session", add_to_two_sessions),
)
