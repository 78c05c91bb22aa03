"""What a test must not leave behind, or do to the loop: each fails by name, and the next one is clean."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from fastapi import BackgroundTasks, FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from oneloop import OneloopError


async def test_connection_left_open(db_engine: AsyncEngine, request: Any) -> None:
    connection = request.session.left_open = await db_engine.connect()
    await connection.execute(text("INSERT INTO alembic_version VALUES ('x')"))


async def test_connection_dropped(db_engine: AsyncEngine) -> None:
    await db_engine.connect()


async def test_connection_in_a_variable(db_engine: AsyncEngine) -> None:
    connection = await db_engine.connect()
    await connection.execute(text("SELECT 1"))


def test_the_next_one_gets_no_warning_of_it() -> None: ...


async def test_session_left_open(db_engine: AsyncEngine, request: Any) -> None:
    session = request.session.left_open = AsyncSession(db_engine)
    await session.execute(text("SELECT 1"))


async def test_no_connection_is_out(db_engine: AsyncEngine, db_session: AsyncSession) -> None:
    assert db_engine.pool.status().endswith("Current Checked out connections: 0")
    assert (await db_session.scalars(text("SELECT version_num FROM alembic_version"))).all() != ["x"]


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
        raise RuntimeError("this fails")

    asyncio.create_task(fail(), name="failing")  # noqa: RUF006  nobody awaits it


async def test_nothing_has_failed() -> None:
    pass


async def test_failure_that_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        await asyncio.create_task(asyncio.to_thread(divmod, 1, 0))


async def test_refused_and_leaky(db_engine: AsyncEngine, request: Any) -> None:
    request.session.left_open = await db_engine.connect()
    with suppress(OneloopError):
        await create_async_engine("postgresql+asyncpg://user@127.0.0.1:1/orders").connect()


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


TENANT = text("SELECT current_setting('app.tenant', true)")


async def test_setting_of_a_session(db_session: AsyncSession) -> None:
    """As in production, it stays on the connection; but no other test sees it."""
    await db_session.execute(text("SELECT set_config('app.tenant', 'acme', false)"))
    await db_session.commit()

    assert await db_session.scalar(TENANT) == "acme"


async def test_setting_of_another_test(db_engine: AsyncEngine) -> None:
    async with db_engine.connect() as one, db_engine.connect() as two:
        assert {await each.scalar(TENANT) for each in (one, two)} <= {None, ""}


async def test_lock_left_on_a_connection(db_engine: AsyncEngine) -> None:
    async with db_engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(1)"))


raw: list[asyncpg.Connection] = []


async def test_transaction_of_a_raw_connection(db_session: AsyncSession) -> None:
    raw.append(await asyncpg.connect())
    await raw[0].execute("BEGIN")


async def test_lock_is_free(db_session: AsyncSession) -> None:
    assert await db_session.scalar(text("SELECT pg_try_advisory_xact_lock(1)"))


@pytest.fixture
def later(app: FastAPI) -> None:
    async def fail() -> None:
        raise RuntimeError("it fails later")

    @app.get("/probe/later")
    async def add_task(tasks: BackgroundTasks) -> None:
        tasks.add_task(fail)


async def test_background_task_fails(later: None, async_client: AsyncClient) -> None:
    assert (await async_client.get("/probe/later")).status_code == 200


@pytest.mark.background_error("it shows what the marker does")
async def test_background_task_fails_as_expected(later: None, async_client: AsyncClient) -> None:
    assert (await async_client.get("/probe/later")).status_code == 200


async def test_every_task_is_cancelled(async_client: AsyncClient) -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)


async def test_the_app_runs_again(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health")).status_code == 200


async def test_without_an_end(async_client: AsyncClient) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.1, 1)
    await asyncio.Event().wait()  # here: no end


def test_without_an_end_and_sync() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.1, 1)
    threading.Event().wait()  # here: no end, sync


async def test_the_run_goes_on(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health")).status_code == 200
