"""What is right stays green: each of these has been a false alarm, here or in another suite."""

import asyncio

import pytest
from httpx2 import AsyncClient
from my_service.users.models import User
from oneloop.users import UserWithPassword
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from tests.factories import create_document

twice = pytest.mark.parametrize("turn", [1, 2])


@twice
async def test_engine_of_the_app_is_serializable(
    async_client: AsyncClient, db_session: AsyncSession, turn: int
) -> None:
    assert (await async_client.get("/right/isolation")).json() == "serializable", turn
    assert await db_session.scalar(text("SHOW transaction_isolation")) == "read committed"


@twice
async def test_pool_of_another_library_writes(async_client: AsyncClient, db_session: AsyncSession, turn: int) -> None:
    assert (await async_client.post("/right/pool")).status_code == 200, turn
    assert list(await db_session.scalars(select(User.email))) == ["pool@test.com"]


@twice
async def test_pool_of_another_library_alone(async_client: AsyncClient, database_url: str, turn: int) -> None:
    """It is not seen, so the test requests the URL: its row is gone for the next one."""
    assert (await async_client.post("/right/pool")).status_code == 200, (turn, database_url)


@twice
async def test_worker_of_the_lifespan_sees_the_rows(
    async_client: AsyncClient, db_session: AsyncSession, test_users: dict[str, UserWithPassword], turn: int
) -> None:
    await create_document(db_session, author=test_users["writer"]["user"])
    await db_session.commit()

    assert (await async_client.post("/right/jobs")).json() == 1, turn


@twice
async def test_scheduler_of_the_lifespan_runs_on(async_client: AsyncClient, turn: int) -> None:
    assert (await async_client.get("/right/ticks")).json() >= turn


async def test_context_variables_of_parallel_requests(async_client: AsyncClient) -> None:
    names = ["a", "b", "c"]

    answers = await asyncio.gather(*(async_client.get("/right/tenant", headers={"x-tenant": name}) for name in names))

    assert [answer.json() for answer in answers] == names
    assert (await async_client.get("/right/tenant")).json() == "none"


async def test_group_of_errors_that_the_handler_catches(async_client: AsyncClient) -> None:
    assert (await async_client.get("/right/group")).json() == "2 errors"


@twice
async def test_cache_without_rows(async_client: AsyncClient, turn: int) -> None:
    assert (await async_client.get("/right/limits")).json() == {"documents": 0}, turn


async def test_mounted_app_answers(async_client: AsyncClient) -> None:
    assert (await async_client.get("/admin/")).text == "admin"


@twice
async def test_own_engine_of_a_test(db_engine: AsyncEngine, turn: int) -> None:
    """A SERIALIZABLE connection of the test, returned as it was."""
    async with db_engine.connect() as connection:
        await connection.execution_options(isolation_level="SERIALIZABLE")
        assert await connection.scalar(text("SHOW transaction_isolation")) == "serializable", turn
    async with db_engine.connect() as connection:
        assert await connection.scalar(text("SHOW transaction_isolation")) == "read committed"
