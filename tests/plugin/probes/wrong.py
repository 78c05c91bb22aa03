"""What the plugin refuses: each of these is reported, by name, with its fix."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
import pytest_asyncio
from fastapi import Depends, FastAPI, Request
from httpx2 import AsyncClient
from my_service.database import create_engine, get_session_factory
from my_service.users.models import User
from sqlalchemy import select, text
from starlette.middleware.gzip import GZipMiddleware


def test_sync_client_on_the_database(client: Any) -> None:
    client.post("/api/auth/login", json={"email": "user@test.com", "password": "password"})


def test_a_loop_of_its_own(settings: Any, app: Any) -> None:
    async def query() -> None:
        engine = create_engine(settings)
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    asyncio.run(query())


async def test_another_database(settings: Any) -> None:
    url = settings.database_url.replace("/test_", "/orders_")
    engine = create_engine(settings.model_copy(update={"database_url": url}))
    await engine.connect()


async def test_task_left_running(async_client: AsyncClient) -> None:
    asyncio.create_task(asyncio.sleep(60), name="forgotten")  # noqa: RUF006  forgetting it is the mistake


@pytest.fixture
def leaky(app: FastAPI) -> Iterator[str]:
    """A route that forgets its session, with a row locked."""
    routes = list(app.router.routes)

    @app.get("/probe/leak")
    async def leak(request: Request, sessions: Annotated[Any, Depends(get_session_factory)]) -> None:
        request.app.state.leaked = session = sessions()
        await session.execute(select(User).with_for_update())

    yield "/probe/leak"
    app.router.routes[:] = routes


async def test_session_left_open(async_client: AsyncClient, leaky: str, test_user: User) -> None:
    await async_client.get(leaky)


@pytest.mark.parametrize("statement", ["INSERT INTO alembic_version VALUES ('x')", "SELECT 1"])
async def test_transaction_left_open(db_engine: Any, request: Any, statement: str) -> None:
    connection = request.session.left_open = await db_engine.connect()
    await connection.execute(text(statement))


async def test_unknown_role(client_as: Any) -> None:
    await client_as("king")


@pytest.fixture
def listing(app: FastAPI) -> Iterator[str]:
    """A route with a query for each row."""
    routes = list(app.router.routes)

    @app.get("/probe/listing")
    async def read(sessions: Annotated[Any, Depends(get_session_factory)]) -> None:
        async with sessions() as session:
            for number in range(12):
                await session.scalars(select(User).where(User.username == str(number)))

    yield "/probe/listing"
    app.router.routes[:] = routes


async def test_query_for_each_row(async_client: AsyncClient, listing: str) -> None:
    await async_client.get(listing)


@pytest.mark.repeated_selects("it shows what the marker does")
async def test_query_for_each_row_that_is_exempt(async_client: AsyncClient, listing: str) -> None:
    await async_client.get(listing)


@pytest.fixture
def breaks() -> Iterator[None]:
    yield
    raise OSError(f"the same at {id(object())}")


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_broken_alike(breaks: None, turn: int) -> None:
    pass


async def test_next_one_is_clean(db_session: Any) -> None:
    assert (await db_session.scalars(select(User))).all() == []


@pytest.mark.parametrize("flushed", [True, False])
async def test_forgotten_commit(async_client: AsyncClient, db_session: Any, create_user: Any, flushed: bool) -> None:
    user = await create_user(db_session, role="admin", email="a@test.com", username="admin", password="password")
    if not flushed:
        await db_session.commit()
        user.username = "changed"
    await async_client.get("/api/health")
    raise AssertionError


@pytest.mark.parametrize("when", ["before the request", "before the last request", "no request"])
async def test_commit_in_time(async_client: AsyncClient, db_session: Any, create_user: Any, when: str) -> None:
    await create_user(db_session, role="admin", email="a@test.com", username="admin", password="password")
    if when == "before the last request":
        await async_client.get("/api/health")
    if when != "no request":
        await db_session.commit()
        await async_client.get("/api/health")
    raise AssertionError


@pytest.mark.asyncio(loop_scope="function")
async def test_loop_scope() -> None:
    pass


@pytest_asyncio.fixture(loop_scope="function")
async def own_loop() -> None:
    pass


async def test_loop_scope_of_a_fixture(own_loop: None) -> None:
    pass


def test_late_middleware(app: FastAPI) -> None:
    app.add_middleware(GZipMiddleware)


async def test_failure_shows_its_sql(test_user: Any) -> None:
    raise AssertionError
