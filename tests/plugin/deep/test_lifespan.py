"""Promises 7 and 8: the lifespan runs once, its state is copied, overrides are restored exactly."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, suppress
from typing import Any, cast

import pytest
from fastapi import FastAPI, Request, Response
from httpx2 import AsyncClient
from starlette.middleware.gzip import GZipMiddleware

from oneloop.app import AppChanges, RunningApp, in_own_task
from oneloop.clients import open_async_client
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe


async def test_enters_and_leaves_in_one_task() -> None:
    """A task group, or a cancel scope, must be left in the task that entered it."""
    tasks = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[dict[str, int]]:
        async with asyncio.TaskGroup() as group:
            tasks.append(asyncio.current_task())
            helper = group.create_task(asyncio.sleep(60))
            yield {"answer": 42}
            tasks.append(asyncio.current_task())
            helper.cancel()

    async with in_own_task(lifespan()) as state:
        assert state == {"answer": 42}

    assert tasks[0] is tasks[1] is not asyncio.current_task()


class BrokenStart(AbstractAsyncContextManager[None]):
    """A lifespan that does not get as far as the app."""

    async def __aenter__(self) -> None:
        raise ConnectionRefusedError("the broker does not answer")

    async def __aexit__(self, *_: object) -> None:
        pytest.fail("It was left, and never entered.")


async def test_a_failing_start_up_is_reported_as_it_is() -> None:
    with pytest.raises(ConnectionRefusedError, match="the broker does not answer"):
        async with in_own_task(BrokenStart()):
            pytest.fail("It started.")


async def test_a_failing_shut_down_is_reported_as_it_is() -> None:
    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        yield
        raise ConnectionRefusedError("the broker is gone")

    with pytest.raises(ConnectionRefusedError, match="the broker is gone"):
        async with in_own_task(lifespan()):
            pass


@pytest.fixture(scope="session")
def apps_of_the_run() -> list[FastAPI]:
    """Hold the apps that the tests below have had."""
    return []


@pytest.mark.parametrize("turn", [1, 2])
async def test_every_test_has_the_app_that_was_started_once(
    app: FastAPI, apps_of_the_run: list[FastAPI], turn: int
) -> None:
    apps_of_the_run.append(app)

    assert all(other is app for other in apps_of_the_run), turn


async def test_each_request_has_a_copy_of_the_state(
    probe: Probe, async_client: AsyncClient
) -> None:
    @probe.get("/state")
    async def leave_behind(request: Request) -> bool:
        known = hasattr(request.state, "left_behind")
        request.state.left_behind = True
        return known

    assert [(await async_client.get(f"{PREFIX}/state")).json() for _ in range(2)] == [False, False]


@pytest.mark.parametrize("turn", [1, 2])
async def test_overrides_of_a_test_end_with_it(
    app: FastAPI, dependency_overrides: dict[Any, Any], turn: int
) -> None:
    assert dict(app.dependency_overrides) == dict(dependency_overrides), turn
    app.dependency_overrides[test_overrides_of_a_test_end_with_it] = lambda: None


def test_overrides_that_were_there_are_put_back() -> None:
    def own() -> str:
        return "own"

    app = FastAPI()
    app.dependency_overrides = {own: str, len: len}

    with AppChanges().undone(app, {own: int}):
        assert app.dependency_overrides[own] is int
        del app.dependency_overrides[len]

    assert app.dependency_overrides == {own: str, len: len}


async def test_changes_of_a_test_end_with_it_and_those_of_the_app_stay() -> None:
    """The app changes its state in a request, or in a task of the lifespan."""
    changes, may_connect = AppChanges(), asyncio.Event()

    async def connect(app: FastAPI) -> None:
        await may_connect.wait()
        app.state.connection = "new"

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.connection, app.state.limit = "old", 10
        connecting = asyncio.create_task(connect(app))
        yield
        await connecting

    app = FastAPI(lifespan=lifespan)

    @app.get("/visit")
    async def visit(request: Request) -> None:
        request.app.state.visited = True

    running = RunningApp(lambda: app)
    await running.start()
    routes, handlers = [*app.router.routes], {**app.exception_handlers}
    with ExitStack() as stack:
        for watch in changes.watched():
            stack.enter_context(watch)
        with changes.undone(app, {}):
            app.title, app.state.limit, app.state["more"], app.state.connection = "Test", 1, True, "test"
            del app.state.limit
            app.add_exception_handler(LookupError, lambda *_: Response())
            app.mount("/mounted", FastAPI())
            async with open_async_client(running.asgi, context=running.context) as client:
                await client.get("/visit")
            may_connect.set()
            await asyncio.sleep(0)

    assert (app.title, app.state.limit, app.state.visited, app.state.connection) == ("FastAPI", 10, True, "new")
    assert "more" not in app.state
    assert (app.router.routes, app.exception_handlers) == (routes, handlers)
    await running.stop()


async def test_it_is_too_late_for_middleware_when_the_lifespan_begins() -> None:
    """As in production, where a server's first call is that of the lifespan."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.add_middleware(GZipMiddleware)
        yield

    with pytest.raises(RuntimeError, match="Cannot add middleware after an application has started"):
        await RunningApp(lambda: FastAPI(lifespan=lifespan)).start()


class Broker(FastAPI):
    """An app whose lifespan starts a task that fails, and whose metrics exist once for each process."""

    built = 0

    def __init__(self) -> None:
        type(self).built += 1
        if self.built > 1:
            raise ValueError("Duplicated timeseries")
        super().__init__(lifespan=self.serve)
        self.fails = asyncio.Event()

    @asynccontextmanager
    async def serve(self, _: FastAPI) -> AsyncIterator[None]:
        async def listen() -> None:
            await self.fails.wait()
            raise ConnectionError("the broker is gone")

        task = asyncio.create_task(listen(), name="listener")
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def broker(_test_run: TestRun, monkeypatch: pytest.MonkeyPatch) -> RunningApp:
    monkeypatch.setattr(Broker, "built", 0)
    running = RunningApp(Broker)
    await running.start()
    return running


async def test_a_task_of_the_app_that_fails_is_named_once(
    broker: RunningApp, _test_run: TestRun
) -> None:
    """And not again when the lifespan awaits it at its end."""
    tasks = _test_run.leaks.tasks
    assert tasks.died() == []
    cast("Broker", broker.app).fails.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    (line,) = tasks.died()

    assert "'listener' of the app, which failed: ConnectionError('the broker is gone')" in line
    assert "test_lifespan.py:" in line
    assert tasks.died() == []
    await broker.stop(tasks.reported)


async def test_an_app_that_can_be_built_only_once_starts_again(broker: RunningApp) -> None:
    """Its metrics are registered for the whole process, as those of prometheus-client."""
    before = broker.app
    await broker.stop()

    await broker.start()

    assert broker.app is before
    assert broker.is_running
    await broker.stop()


async def test_an_app_is_built_again_when_it_starts_again() -> None:
    """What it made before its lifespan, and closed at the end, is there again."""

    def build() -> FastAPI:
        pool = ThreadPoolExecutor()

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            await asyncio.get_running_loop().run_in_executor(pool, int)
            yield
            pool.shutdown()

        return FastAPI(lifespan=lifespan)

    running = RunningApp(build)
    await running.start()
    await running.stop()

    await running.start()

    assert running.is_running
    await running.stop()


async def test_a_lifespan_that_a_test_has_cancelled_starts_again(
    _test_run: TestRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asyncio.all_tasks()
    running = RunningApp(FastAPI)
    await running.start()
    monkeypatch.setattr(_test_run.databases, "app", running)
    (lifespan,) = asyncio.all_tasks() - before
    lifespan.cancel()

    (line,) = (await _test_run.databases.after_test()).leaks

    assert "an app whose lifespan had ended with CancelledError" in line
    assert running.is_running
    await running.stop()


@pytest.mark.parametrize("stubborn", [False, True], ids=["cancelled", "stubborn"])
async def test_what_the_lifespan_leaves_running_ends_with_it(
    _test_run: TestRun, monkeypatch: pytest.MonkeyPatch, stubborn: bool
) -> None:
    """As with a server, whose loop cancels it: else it would go on beside its successor."""
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.05)
    tasks = _test_run.leaks.tasks

    async def poll() -> None:
        while True:
            with suppress(asyncio.CancelledError if stubborn else ()):
                await asyncio.sleep(60)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        asyncio.create_task(poll(), name="poll")
        yield

    running = RunningApp(lambda: FastAPI(lifespan=lifespan), tasks.end_of_app)
    await running.start()
    await asyncio.sleep(0)

    await running.stop()

    assert "poll" not in {task.get_name() for task in asyncio.all_tasks()}
    lines = tasks.died()
    assert len(lines) == stubborn
    assert all("the task 'poll', still running" in line and "test_lifespan.py:" in line for line in lines)
    assert all("after the lifespan of the app has ended" in line for line in lines)
