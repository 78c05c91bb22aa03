"""Tests that fail with a known error, each for real: the report of each must say so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

import pytest
import pytest_asyncio
from anyio import CancelScope
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient
from my_service.users.models import User
from my_service.users.schemas import UserOut
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError, MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from tests.deep.probe import PREFIX, Probe


@pytest.fixture
async def route(app: FastAPI, session_factory_dependency: Any) -> AsyncIterator[Probe]:
    probe = Probe(app, session_factory_dependency)
    with probe.mounted(app):
        yield probe


async def test_error_that_became_a_500(async_client: AsyncClient, route: Probe) -> None:
    @route.get("/tables")
    async def index(session: Annotated[AsyncSession, Depends(route.session)]) -> None:
        with suppress(DBAPIError):
            await session.execute(text("SELECT * FROM nowhere"))
        await session.execute(text("SELECT 1"))

    assert (await async_client.get(f"{PREFIX}/tables")).status_code == 200


async def test_error_that_became_a_503(async_client: AsyncClient, route: Probe, database_url: str) -> None:
    @route.get("/tables")
    async def index() -> None:
        engine = create_async_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=0.01)
        try:
            async with engine.connect(), engine.connect():
                pass
        finally:
            await engine.dispose()

    assert (await async_client.get(f"{PREFIX}/tables")).status_code == 200


def test_sync_client_on_the_database(client: Any) -> None:
    client.post("/api/auth/login", json={"email": "user@test.com", "password": "password"})


async def test_a_loop_of_its_own(db_session: AsyncSession) -> None:
    await asyncio.to_thread(asyncio.run, db_session.execute(select(User)))


async def test_async_fixture_by_name(request: pytest.FixtureRequest, db_engine: Any) -> None:
    request.getfixturevalue("db_session")


def test_old_fixture(event_loop: Any) -> None:
    pass


@pytest_asyncio.fixture(scope="session", loop_scope="function")
async def wide() -> int:
    return 1


async def test_scopes(wide: int) -> None:
    pass


@pytest.fixture
async def scoped() -> AsyncIterator[None]:
    with CancelScope():
        yield


async def test_scope_across_a_fixture(scoped: None) -> None:
    pass


async def test_forgotten_await(async_client: AsyncClient) -> None:
    async_client.get("/api/health")  # type: ignore[unused-coroutine]  # forgetting it is the mistake


async def test_answer_not_awaited(async_client: AsyncClient) -> None:
    answer: Any = async_client.get("/api/health")
    try:
        assert answer.status_code == 200
    finally:
        answer.close()


async def test_too_many_connections(database_url: str, _database: Any) -> None:
    admin = create_async_engine(_database.databases.url(_database.suffix, "admin"))
    async with admin.begin() as connection:
        await connection.execute(text("CREATE ROLE few LOGIN CONNECTION LIMIT 0 PASSWORD 'few'"))
    engine = create_async_engine(make_url(database_url).set(username="few", password="few"))
    try:
        await engine.connect()
    finally:
        await engine.dispose()
        async with admin.begin() as connection:
            await connection.execute(text("DROP ROLE few"))
        await admin.dispose()


async def test_deadlock(db_engine: Any) -> None:
    lock = "SELECT pg_advisory_xact_lock({})"
    async with db_engine.connect() as one, db_engine.connect() as other:
        await one.execute(text(lock.format(1)))
        await other.execute(text(lock.format(2)))
        first = asyncio.create_task(one.execute(text(lock.format(2))))
        second = asyncio.create_task(other.execute(text(lock.format(1))))
        done = await asyncio.gather(first, second, return_exceptions=True)
    raise next(error for error in done if isinstance(error, BaseException))


@pytest.mark.parametrize("by", ["the service", "FastAPI", "a task group", "nothing from None"])
async def test_wrapped(async_client: AsyncClient, route: Probe, test_user: User, by: str) -> None:
    """A column that expired, read where nothing can await it."""

    @route.get("/wrapped", response_model=UserOut if by == "FastAPI" else None)
    async def read(session: Annotated[AsyncSession, Depends(route.session)]) -> Any:
        user = await session.get_one(User, test_user.id)
        session.expire(user)
        if by == "the service":
            return UserOut.model_validate(user)
        if by == "a task group":
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(0, user.email))
        if by == "nothing from None":
            try:
                return user.email
            except MissingGreenlet:
                raise RuntimeError("no address") from None
        return user

    assert (await async_client.get(f"{PREFIX}/wrapped")).status_code == 200


async def test_wrong_expectation(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health")).status_code == 418


async def test_fails_in_body_and_teardown(async_client: AsyncClient) -> None:
    async def fail() -> None:
        raise LookupError("no code awaits it")

    asyncio.create_task(fail())
    assert (await async_client.get("/api/health")).status_code == 418
