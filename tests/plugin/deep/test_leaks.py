"""Promise 14: leaks have names. What a test leaves behind is reported and ended."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from starlette.background import BackgroundTask

from oneloop.leaks import Leaks, code_location
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe

HERE = "test_leaks.py:"


@pytest.fixture
def leaks(_test_run: TestRun) -> Leaks:
    """Return what the plugin asks after each test, to ask it within one."""
    return _test_run.leaks


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """Yield an engine that the plugin did not make."""
    engine = create_async_engine(database_url)
    yield engine
    await engine.dispose()


async def test_a_connection_not_returned_is_named_and_closed(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    connection = await engine.connect()

    (line,) = await leaks.connections.take_back()

    assert HERE in line
    assert engine.pool.status().endswith("Current Checked out connections: 0")
    assert connection.sync_connection is not None


async def test_an_open_session_is_named_by_its_connection(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    session = AsyncSession(engine)
    await session.execute(text("SELECT 1"))

    (line,) = await leaks.connections.take_back()

    assert HERE in line
    await session.close()


async def test_a_returned_connection_is_no_leak(leaks: Leaks, engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))

    assert not leaks.connections.late


async def test_an_open_session_of_a_handler_is_named_by_its_connection(
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

    (line,) = await leaks.connections.take_back()
    assert HERE in line
    assert not leaks.connections.late


async def test_a_task_is_named_and_cancelled(leaks: Leaks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.01)
    task = asyncio.create_task(asyncio.sleep(60), name="forgotten")

    (line,) = await leaks.tasks.settle([task])

    assert "'forgotten', still running" in line
    assert task.cancelled()


async def test_a_task_is_named_with_the_line_that_a_library_awaits(
    leaks: Leaks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The innermost line of the service or the test, and no place if there is none."""
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.01)

    async def wait() -> None:
        await asyncio.sleep(60)

    inner = asyncio.create_task(BackgroundTask(wait)(), name="of a library")
    bare = asyncio.create_task(asyncio.sleep(60), name="bare")

    lines = sorted(await leaks.tasks.settle([inner, bare]))

    line = wait.__code__.co_firstlineno + 1
    assert lines[1].endswith(f"test_leaks.py:{line}"), lines
    assert "'bare', still running" in lines[0]
    assert "unknown" not in lines[0]


async def test_a_failed_task_that_is_not_awaited_is_named(leaks: Leaks) -> None:
    async def fail() -> None:
        raise RuntimeError("this fails")

    await asyncio.wait([asyncio.create_task(fail(), name="forgotten")])
    gc.collect(1)

    (line,) = leaks.unawaited.take()
    assert "of the task 'forgotten' that no code awaits: RuntimeError('this fails')" in line
    assert HERE in line


async def test_a_failed_callback_is_named(leaks: Leaks) -> None:
    asyncio.get_running_loop().call_soon(lambda: int("none"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    (line,) = leaks.unawaited.take()
    assert "an error that no code awaits: ValueError" in line
    assert HERE in line


def test_the_plugins_own_lines_are_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the project lies: `checks` in its path is not the plugin's room of that name."""
    plugin = Path("/srv/healthchecks/tests/harness/oneloop")
    monkeypatch.setattr(code_location, "PLUGIN", str(plugin))

    assert not code_location.is_own(str(plugin / "leaks/tasks.py"))
    assert code_location.is_own(str(plugin / "checks/test_access.py"))
