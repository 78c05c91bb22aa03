"""Promise 1: everything that runs for a test runs on one loop."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient
from starlette.types import ASGIApp, Receive, Scope, Send

from oneloop.clients import open_async_client
from oneloop.app import in_own_task
from oneloop.errors import LoopScopeError
from tests.deep.probe import PREFIX, Probe

Loops = dict[str, AbstractEventLoop]
LEFT: Loops = {}
SETTING: ContextVar[str] = ContextVar("oneloop_probe_setting", default="unset")


@pytest.fixture(scope="session")
async def session_loop() -> AbstractEventLoop:
    """Say on which loop fixtures of a session run."""
    return asyncio.get_running_loop()


@pytest.fixture
async def fixture_loops() -> AsyncIterator[Loops]:
    """Say on which loop fixtures of a test are set up, and note where they are torn down."""
    yield {"set-up": asyncio.get_running_loop()}
    LEFT["teardown"] = asyncio.get_running_loop()


async def test_fixtures_and_tests_share_the_loop(
    session_loop: AbstractEventLoop, fixture_loops: Loops
) -> None:
    running = asyncio.get_running_loop()

    assert {session_loop, *fixture_loops.values()} == {running}
    assert LEFT.setdefault("teardown", running) is running


@pytest.mark.parametrize("scope", ["function", "class", "module", "package"])
def test_another_loop_is_refused(request: pytest.FixtureRequest, scope: str) -> None:
    """It is what pytest-asyncio requests for a test or a fixture with this `loop_scope`."""
    with pytest.raises(LoopScopeError, match="Remove `loop_scope=`"):
        request.getfixturevalue(f"_{scope}_scoped_runner")


async def test_a_request_sees_nothing_of_the_tests_context(probe: Probe, either_way: AsyncClient) -> None:
    """Neither its task, by which a session may be scoped, nor a context variable; nor does the test see the request's."""

    @probe.get("/context")
    async def read() -> tuple[str, bool]:
        found = SETTING.get(), asyncio.current_task() is test
        SETTING.set("the request's")
        return found

    test = asyncio.current_task()
    SETTING.set("the test's")

    assert (await either_way.get(f"{PREFIX}/context")).json() == ["unset", False]
    assert SETTING.get() == "the test's"


async def test_a_request_runs_on_the_tests_loop(probe: Probe, async_client: AsyncClient) -> None:
    loops: Loops = {}

    def note(where: str) -> None:
        loops[where] = asyncio.get_running_loop()

    async def dependency() -> AsyncIterator[None]:
        note("dependency")
        yield
        note("its end")

    async def later() -> None:
        note("background task")

    @probe.get("/loops", dependencies=[Depends(dependency)])
    async def handler(background: BackgroundTasks) -> StreamingResponse:
        note("handler")
        background.add_task(later)

        async def body() -> AsyncIterator[str]:
            note("stream")
            yield ""

        return StreamingResponse(body(), background=background)

    await async_client.get(f"{PREFIX}/loops")

    assert set(loops) == {"dependency", "its end", "handler", "stream", "background task"}
    assert set(loops.values()) == {asyncio.get_running_loop()}


async def test_lifespan_and_middleware_run_on_the_tests_loop() -> None:
    loops: Loops = {}

    class Middleware:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            loops["middleware"] = asyncio.get_running_loop()
            await self.app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loops["start-up"] = asyncio.get_running_loop()
        yield
        loops["shut-down"] = asyncio.get_running_loop()

    app = FastAPI(lifespan=lifespan)
    app.add_middleware(Middleware)
    async with in_own_task(app.router.lifespan_context(app)), open_async_client(app) as client:
        await client.get("/")

    assert set(loops) == {"middleware", "start-up", "shut-down"}
    assert set(loops.values()) == {asyncio.get_running_loop()}
