"""What a test must not leave behind, or do to the loop: each is told so, and the next one is clean."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from tests.harness.errors import HarnessError


async def test_connection_left_open(db_engine: AsyncEngine, request: Any) -> None:
    connection = request.session.left_open = await db_engine.connect()
    await connection.execute(text("INSERT INTO alembic_version VALUES ('x')"))


async def test_connection_dropped(db_engine: AsyncEngine) -> None:
    await db_engine.connect()


async def test_session_left_open(db_engine: AsyncEngine, request: Any) -> None:
    session = request.session.left_open = AsyncSession(db_engine)
    await session.execute(text("SELECT 1"))


async def test_no_connection_is_out(db_engine: AsyncEngine, db_session: AsyncSession) -> None:
    assert db_engine.pool.status().endswith("Current Checked out connections: 0")
    assert (await db_session.scalars(text("SELECT version_num FROM alembic_version"))).all() != ["x"]


async def test_client_left_open(app: FastAPI, request: Any) -> None:
    client = request.session.left_open = AsyncClient(transport=ASGITransport(app=app), base_url="http://test")
    await client.get("/api/health")


async def test_client_was_closed(request: Any) -> None:
    assert request.session.left_open.is_closed


async def test_override_behind_the_fixture(_running_app: Any) -> None:
    _running_app.app.dependency_overrides[len] = max


async def test_override_is_gone(_running_app: Any) -> None:
    assert _running_app.app.dependency_overrides == {}


async def test_override_through_the_fixture(app: FastAPI) -> None:
    app.dependency_overrides[len] = max


@pytest.fixture
async def careless() -> None:
    """Leave a task, as a fixture may."""
    asyncio.create_task(asyncio.sleep(60), name="of a fixture")  # noqa: RUF006  forgetting it is the mistake


async def test_task_of_a_fixture(careless: None) -> None:
    pass


async def test_task_that_failed() -> None:
    async def fail() -> None:
        raise RuntimeError("nobody hears this")

    asyncio.create_task(fail(), name="unheard")  # noqa: RUF006  nobody awaits it


async def test_nothing_has_failed() -> None:
    pass


async def test_failure_that_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        await asyncio.create_task(asyncio.to_thread(divmod, 1, 0))


async def test_refused_and_leaky(db_engine: AsyncEngine, request: Any) -> None:
    request.session.left_open = await db_engine.connect()
    with suppress(HarnessError):
        await request.session.left_open.execute(text("/* mine */ ALTER SYSTEM SET work_mem = '1MB'"))


@pytest.fixture(scope="session")
async def wide(db_engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Hold a task and a connection for the whole run, as is its right."""
    task = asyncio.create_task(asyncio.sleep(60))
    async with db_engine.connect() as connection:
        yield connection
    task.cancel()


@pytest.fixture
def late(request: Any) -> AsyncConnection:
    """Ask for the wide fixture when the test has begun."""
    return request.getfixturevalue("wide")


async def test_wide_fixture_asked_for_late(late: AsyncConnection) -> None:
    assert not late.closed


async def test_wide_fixture_is_still_there(wide: AsyncConnection) -> None:
    assert not wide.closed


@pytest.fixture
def waiting(app: FastAPI) -> Iterator[str]:
    """Give a route that waits."""
    routes = list(app.router.routes)

    @app.get("/probe/waiting")
    async def wait() -> None:
        time.sleep(0.001)  # noqa: ASYNC251  it is the mistake

    yield "/probe/waiting"
    app.router.routes[:] = routes


async def test_handler_that_waits(async_client: AsyncClient, waiting: str) -> None:
    await async_client.get(waiting)


async def test_handler_that_waits_is_seen_to_fail(async_client: AsyncClient, waiting: str) -> None:
    assert (await async_client.get(waiting)).status_code == 200


async def test_that_waits() -> None:
    time.sleep(0.001)  # noqa: ASYNC251  it is the mistake


async def test_that_reads_a_file() -> None:
    assert Path(__file__).read_text()


def test_that_is_sync_may_wait() -> None:
    time.sleep(0.001)


async def test_coroutine_dropped_in_a_cycle() -> None:
    cycle: list[Any] = [asyncio.sleep(0)]
    cycle.append(cycle)


async def test_connection_dropped_in_a_cycle() -> None:
    async def answer(_: Any, writer: asyncio.StreamWriter) -> None:
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    cycle: list[Any] = [await asyncio.open_connection(*server.sockets[0].getsockname())]
    cycle.append(cycle)
    server.close()


async def test_next_one_is_clean(db_session: AsyncSession) -> None:
    assert len(asyncio.all_tasks()) <= 3


async def test_statement_below_many_comments(db_session: AsyncSession) -> None:
    """The guard reads each comment once: one that tried all ways to divide them would not end."""
    assert await db_session.scalar(text("/* mine */ " * 60 + "SELECT 1")) == 1
