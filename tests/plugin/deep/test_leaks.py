"""Promise 14: leaks have names. What a test leaves behind is reported and ended."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.util import greenlet_spawn
from starlette.background import BackgroundTask

from oneloop.app import RunningApp
from oneloop.clients import open_async_client
from oneloop.clients.timeouts import limited
from oneloop.database import sql_log
from oneloop.each_test import pytest_enter_pdb
from oneloop.errors import SharedRoleError, TimeLimitError
from oneloop.leaks import Leaks, code_location
from oneloop.leaks.tasks import Tasks
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


async def test_a_request_that_a_cancelled_task_has_left_is_cancelled_too(
    leaks: Leaks, probe: Probe, _running_app: RunningApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the process. A server of its own has a task for each request, which is named by itself."""
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.5)
    begun, ended = asyncio.Event(), asyncio.Event()

    @probe.get("/forever")
    async def wait_forever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with open_async_client(_running_app.asgi, context=_running_app.context) as client:
        task = asyncio.create_task(client.get(f"{PREFIX}/forever"))
        await begun.wait()
        await leaks.tasks.settle([task])

        async with limited("The end of the request"):
            await ended.wait()


async def test_a_task_is_named_with_the_line_that_a_library_awaits(
    leaks: Leaks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The innermost line of the service or the test, and the one that created a coroutine of a library."""
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.01)

    async def wait() -> None:
        await asyncio.sleep(60)

    inner = asyncio.create_task(BackgroundTask(wait)(), name="of a library")
    bare = asyncio.create_task(asyncio.sleep(60), name="bare")

    lines = sorted(await leaks.tasks.settle([inner, bare]))

    line = wait.__code__.co_firstlineno + 1
    assert lines[1].endswith(f"test_leaks.py:{line}"), lines
    assert lines[0].endswith(f", created at tests/deep/test_leaks.py:{line + 3}"), lines


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


async def test_what_the_app_starts_at_any_time_is_its_own(
    leaks: Leaks, engine: AsyncEngine, _test_run: TestRun
) -> None:
    """Its listener holds a connection, loses it and connects again while a test runs; the report shows none of it."""
    async with engine.connect() as own:
        await own.execute(text("SELECT 'the test'"))
    lost, connected = asyncio.Event(), asyncio.Queue[int]()

    async def listen() -> None:
        while True:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 'the app'"))
                connected.put_nowait(1)
                await lost.wait()
                lost.clear()
                await connection.invalidate()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(asyncio.sleep(0))
            first.add_done_callback(lambda _: tasks.append(group.create_task(listen())))
            yield
            for task in tasks:
                task.cancel()

    tasks: list[asyncio.Task[None]] = []
    running = RunningApp(lambda: FastAPI(lifespan=lifespan))
    await running.start()
    for _ in range(2):
        await connected.get()

        assert leaks.tasks.late(asyncio.get_running_loop()) == [asyncio.current_task()]
        assert not leaks.connections.late
        lost.set()
    await running.stop()
    sql = str(_test_run.sql_log)
    assert ("the test" in sql, "the app" in sql) == (True, False)


async def test_a_task_that_is_older_than_the_test_takes_what_it_needs(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    """It belongs to a fixture of the session."""
    begin, end = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await begin.wait()
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            begin.clear()
            await end.wait()

    task = asyncio.create_task(work())
    leaks.tasks.note(asyncio.get_running_loop())
    begin.set()
    while begin.is_set():
        await asyncio.sleep(0.001)

    assert not leaks.connections.late
    end.set()
    await task


@pytest.mark.parametrize(
    ("file", "stays"),
    [("/site-packages/sse_starlette/sse.py", True), ("/src/cache.py", True), ("/src/x.py", False)],
)
async def test_a_task_of_an_exempted_file_may_outlive_its_request(
    _test_run: TestRun, file: str, stays: bool
) -> None:
    """The watcher that sse-starlette starts with the first request lives as long as the process."""
    code = "import asyncio\nasync def watch():\n    await asyncio.sleep(60)"
    namespace: dict[str, Any] = {}
    exec(compile(code, file, "exec"), namespace)  # noqa: S102  its file is what is judged
    tasks = Tasks(replace(_test_run.config, may_outlive={"src/cache.py": "it stays warm"}))
    tasks.note(asyncio.get_running_loop())
    task = asyncio.create_task(namespace["watch"]())

    assert tasks.late(asyncio.get_running_loop()) == ([] if stays else [task])
    task.cancel()


@pytest.mark.parametrize(
    ("statement", "renewed"),
    [
        ("SET work_mem = '1MB'", True),
        ("SET ROLE none", True),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", True),
        ("SELECT set_config('app.tenant', 'acme', false)", True),
        ("LISTEN news", True),
        ("PREPARE answer AS SELECT 42", True),
        ("CREATE TEMP TABLE scratch ()", True),
        ("DECLARE all_rows CURSOR WITH HOLD FOR SELECT 1", True),
        ("-- the tenant of this request\nSET app.tenant = 'acme'", True),
        ("/* a comment */ SET app.tenant = 'acme'", True),
        ("SELECT set_config('a.b', 'c', false), set_config('a.d', 'e', true)", True),
        ("CREATE OR REPLACE TEMP VIEW scratch AS SELECT 1", True),
        ("CREATE TABLE pg_temp.scratch ()", True),
        ("SELECT upper('stands for a function of the service')", True),
        ("SET LOCAL work_mem = '1MB'", False),
        ("SET TRANSACTION READ ONLY", False),
        ("SELECT set_config('app.tenant', 'acme', true)", False),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("SELECT now(), (SELECT count(*) FROM pg_class)", False),
    ],
)
async def test_session_state_ends_with_the_test(
    leaks: Leaks, engine: AsyncEngine, statement: str, renewed: bool
) -> None:
    """Whatever a session keeps, the next test gets another one. Others stay warm."""
    pid = text("SELECT pg_backend_pid()")
    async with engine.connect() as connection:
        before = await connection.scalar(pid)
        await connection.execute(text(statement))
    async with engine.connect() as connection:
        assert await connection.scalar(pid) == before  # within the test, as in production

    assert await leaks.connections.take_back() == []

    async with engine.connect() as connection:
        assert (await connection.scalar(pid) != before) is renewed


@pytest.mark.parametrize(
    "statement", ["ALTER ROLE current_user SET work_mem = '1MB'", "/* the test's */ alter user current_user RESET ALL"]
)
async def test_the_role_of_all_tests_stays_as_it_is(
    _test_run: TestRun, engine: AsyncEngine, statement: str
) -> None:
    """No pool ends such a setting, and no database that is replaced."""
    async with engine.connect() as connection:
        with pytest.raises(SharedRoleError, match="so it was not run"):
            await connection.execute(text(statement))

    with pytest.raises(SharedRoleError):
        _test_run.refusals.raise_first()


def test_a_setting_of_a_role_in_one_database_is_allowed() -> None:
    assert not sql_log.ROLE.search("ALTER ROLE current_user IN DATABASE orders_test SET work_mem = '1MB'")
    assert not sql_log.ROLE.search("ALTER USER MAPPING FOR current_user SERVER other OPTIONS (SET user 'x')")


@asynccontextmanager
async def driver_of_a_connection(engine: AsyncEngine) -> AsyncIterator[Any]:
    async with engine.connect() as connection:
        yield (await connection.get_raw_connection()).driver_connection


@asynccontextmanager
async def driver_of_an_engine(engine: AsyncEngine) -> AsyncIterator[Any]:
    connection = await engine.raw_connection()
    yield connection.driver_connection
    await greenlet_spawn(connection.close)


@pytest.mark.parametrize("driver_of", [driver_of_a_connection, driver_of_an_engine])
async def test_what_a_driver_sets_ends_with_the_test(
    leaks: Leaks,
    engine: AsyncEngine,
    driver_of: Callable[[AsyncEngine], AbstractAsyncContextManager[Any]],
) -> None:
    """No event shows it, as with `add_listener` of asyncpg."""
    for _ in range(2):
        async with driver_of(engine) as driver:
            assert not await driver.fetchval("SELECT current_setting('app.tenant', true)")
            await driver.execute("SET app.tenant = 'acme'")

        assert await leaks.connections.take_back() == []


async def test_a_value_that_is_bound_makes_a_setting_local(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    for local in (True, False):
        async with engine.connect() as connection:
            await connection.execute(select(func.set_config("app.tenant", "True", local)))

        assert leaks.connections.late is not local


async def test_a_lock_of_a_returned_connection_is_named_and_freed(
    leaks: Leaks, engine: AsyncEngine
) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_lock(1)"))

    (line,) = await leaks.connections.take_back()

    assert "an advisory lock" in line
    assert HERE in line
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT pg_try_advisory_xact_lock(1)"))


@pytest.fixture
def limit(_test_run: TestRun) -> Iterator[TestRun]:
    """Forget the limit that a test below has reached."""
    yield _test_run
    _test_run.late = None
    with suppress(TimeLimitError):
        _test_run.refusals.raise_first()


async def test_a_test_without_an_end_is_ended(limit: TestRun, request: Any) -> None:
    armed, _ = signal.getitimer(signal.ITIMER_REAL)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 1)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.Event().wait()

    assert armed > limit.config.time_limit - 60
    assert f"{request.node.name} did not end within" in str(limit.late)


async def test_a_limit_that_a_task_of_the_app_meets_ends_the_test_alone(limit: TestRun) -> None:
    """As a poller of the lifespan that is busy at that moment."""
    begin = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        busy = asyncio.create_task(work())
        yield
        assert not busy.done()
        busy.cancel()

    async def work() -> None:
        await begin.wait()
        signal.raise_signal(signal.SIGALRM)
        await asyncio.Event().wait()

    running = RunningApp(lambda: FastAPI(lifespan=lifespan))
    await running.start()
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
    begin.set()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.Event().wait()

    await running.stop()
    assert limit.late is not None


async def test_a_clock_that_stands_still_does_not_stop_the_limit(
    limit: TestRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.01, 1)
    monkeypatch.setattr("time.monotonic", lambda: 0.0)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.sleep(0.1)

    assert limit.late is not None


async def test_a_debugger_has_no_limit() -> None:
    pytest_enter_pdb()

    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
