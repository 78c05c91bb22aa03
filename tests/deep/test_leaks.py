"""Promise 14: leaks have names. What a test leaves behind is named and ended."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from ..clients import open_async_client
from ..isolation import Isolation
from ..leaks.leaks import Leaks
from .probe import PREFIX, Probe

HERE = "test_leaks.py:"


@pytest.fixture
def leaks(_isolation: Isolation) -> Leaks:
    """Give what the harness asks after each test, to ask it within one."""
    return _isolation.leaks


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Give an engine that the harness did not make."""
    engine = create_async_engine(database_url)
    yield engine
    await engine.dispose()


async def test_a_connection_not_given_back_is_named_and_closed(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    connection = await engine.connect()

    (line,) = await leaks.connections.take_back()

    assert HERE in line
    assert engine.pool.status().endswith("Current Checked out connections: 0")
    assert connection.sync_connection is not None


async def test_a_session_of_anybody_is_named_by_its_connection(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    session = AsyncSession(engine)
    await session.execute(text("SELECT 1"))

    (line,) = await leaks.connections.take_back()

    assert HERE in line
    await session.close()


async def test_what_is_given_back_is_no_leak(leaks: Leaks, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))

    assert not leaks.connections.late


async def test_a_session_of_a_handler_is_named_and_closed(
    leaks: Leaks,
    probe: Probe,
    async_client: AsyncClient,
    session_factory_dependency: Callable[..., Any],
) -> None:
    kept = []

    @probe.get("/forgotten")
    async def forget(factory: Annotated[Any, Depends(session_factory_dependency)]) -> None:
        session = factory()
        kept.append(session)
        await session.execute(text("SELECT 1"))

    await async_client.get(f"{PREFIX}/forgotten")

    (line,) = await leaks.sessions.close_open()
    assert HERE in line
    assert not leaks.connections.late


async def test_a_task_is_named_and_cancelled(leaks: Leaks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.harness.leaks.tasks.PATIENCE_SECONDS", 0.01)
    task = asyncio.create_task(asyncio.sleep(60), name="forgotten")

    (line,) = await leaks.tasks.settle([task])

    assert "'forgotten', still running" in line
    assert task.cancelled()


async def test_a_failed_task_that_nobody_awaits_is_named(leaks: Leaks) -> None:
    async def fail() -> None:
        raise RuntimeError("nobody hears this")

    await asyncio.wait([asyncio.create_task(fail(), name="unheard")])
    leaks.garbage.collect()

    (line,) = leaks.failures.take()
    assert "of the task 'unheard' that nobody awaits: RuntimeError('nobody hears this')" in line
    assert HERE in line


async def test_a_failed_callback_is_named(leaks: Leaks) -> None:
    asyncio.get_running_loop().call_soon(lambda: int("none"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    (line,) = leaks.failures.take()
    assert "an error that nobody awaits: ValueError" in line
    assert HERE in line


async def test_a_client_is_named_and_closed(leaks: Leaks, app: FastAPI) -> None:
    client = open_async_client(app)

    (line,) = await leaks.clients.close()

    assert HERE in line
    assert client.is_closed


async def test_a_closed_client_is_no_leak(leaks: Leaks, app: FastAPI) -> None:
    async with open_async_client(app):
        pass

    assert not leaks.clients.late


def test_an_override_is_named_and_taken_off(leaks: Leaks) -> None:
    app = FastAPI(title="Orders")
    app.mount("/v1", mounted := FastAPI(title="Version 1"))
    app.dependency_overrides[len] = max
    overrides = type(leaks.overrides)()
    overrides.watch(app)

    app.dependency_overrides.clear()
    mounted.dependency_overrides[len] = min
    lines = overrides.restore()

    assert lines == [
        "the app 'Orders' without its override of len",
        "the override of len by min on the app 'Version 1'",
    ]
    assert app.dependency_overrides == {len: max}
    assert mounted.dependency_overrides == {}


async def test_what_is_dropped_in_a_cycle_is_collected_at_the_end(leaks: Leaks) -> None:
    class Dropped:
        def __init__(self) -> None:
            self.itself = self

    gc.disable()
    try:
        dropped = weakref.ref(Dropped())
        leaks.garbage.collect()
    finally:
        gc.enable()

    assert dropped() is None


def test_what_was_imported_is_not_collected_again() -> None:
    assert gc.get_freeze_count() > 100_000
