"""Promise 6: background tasks, streams and code around the dependency use the same database."""

from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse
from httpx2 import AsyncClient
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from starlette.background import BackgroundTask
from starlette.types import ASGIApp, Receive, Scope, Send

from oneloop.app import RunningApp
from oneloop.clients import open_async_client
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf


@pytest.mark.parametrize("work", ["reads", "writes", "nothing"])
async def test_a_background_task_commits_in_a_session_of_its_own(
    probe: Probe,
    async_client: AsyncClient,
    db_session: AsyncSession,
    session_factory_dependency: Callable[..., Any],
    work: str,
) -> None:
    """Whatever the request itself did: after one that only reads, a savepoint loses the commit."""

    @probe.post("/later")
    async def later(
        background: BackgroundTasks,
        session: Annotated[AsyncSession, Depends(probe.session)],
        factory: Annotated[Any, Depends(session_factory_dependency)],
    ) -> None:
        async def add() -> None:
            async with factory.begin() as own:
                own.add(Shelf(name="later"))

        if work == "reads":
            await session.scalars(select(Shelf))
        elif work == "writes":
            session.add(Shelf(name="now"))
        background.add_task(add)

    await async_client.post(f"{PREFIX}/later")

    names = set(await db_session.scalars(select(Shelf.name)))
    assert names == ({"later", "now"} if work == "writes" else {"later"})


async def test_a_stream_reads_while_it_is_sent(
    probe: Probe,
    async_client: AsyncClient,
    db_session: AsyncSession,
    session_factory_dependency: Callable[..., Any],
) -> None:
    db_session.add_all([Shelf(name="poetry"), Shelf(name="prose")])
    await db_session.commit()

    @probe.get("/stream")
    async def stream(
        factory: Annotated[Any, Depends(session_factory_dependency)],
    ) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            async with factory() as session:
                names = await session.stream_scalars(select(Shelf.name).order_by(Shelf.name))
                async for name in names:
                    yield f"{name}\n"

        return StreamingResponse(lines(), media_type="text/plain")

    assert (await async_client.get(f"{PREFIX}/stream")).text == "poetry\nprose\n"


async def test_code_around_the_dependency_has_the_same_database(
    probe: Probe,
    async_client: AsyncClient,
    db_engine: AsyncEngine,
    session_factory_dependency: Callable[..., Any],
) -> None:
    """The app's own engine, asked directly, is on the test's database too."""

    @probe.get("/database")
    async def name(factory: Annotated[Any, Depends(session_factory_dependency)]) -> Any:
        async with factory() as session:
            own: AsyncEngine = session.bind
        async with own.connect() as connection:
            return await connection.scalar(text("SELECT current_database()"))

    async with db_engine.connect() as connection:
        ours = await connection.scalar(text("SELECT current_database()"))
    assert (await async_client.get(f"{PREFIX}/database")).json() == ours


async def fail() -> None:
    raise RuntimeError("this fails")


async def add_task(tasks: BackgroundTasks) -> str:
    tasks.add_task(fail)
    return "done"


async def respond_with_task() -> PlainTextResponse:
    return PlainTextResponse("done", background=BackgroundTask(fail))


async def end_badly() -> AsyncIterator[None]:
    yield
    await fail()


async def depend(_: Annotated[None, Depends(end_badly)]) -> str:
    return "done"


async def raise_at_once() -> None:
    await fail()


@pytest.mark.parametrize("endpoint", [add_task, respond_with_task, depend, raise_at_once])
async def test_an_error_after_the_response_is_named(
    probe: Probe, either_way: AsyncClient, _test_run: TestRun, endpoint: Callable[..., Any]
) -> None:
    """It passes a `BaseHTTPMiddleware`. A handler that raises is a 500, which the client sees."""
    probe.add_api_route("/later", endpoint)

    response = await either_way.get(f"{PREFIX}/later")

    named = _test_run.leaks.unawaited.take()
    assert (response.status_code, len(named)) == ((500, 0) if endpoint is raise_at_once else (200, 1))
    assert all("GET /oneloop-probe/later was complete: RuntimeError" in line for line in named)
    assert all("test_background.py:" in line for line in named)


@pytest.mark.parametrize(("endpoint", "count"), [(add_task, 1), (raise_at_once, 0)])
async def test_an_error_is_named_without_any_middleware(
    _test_run: TestRun, endpoint: Callable[..., Any], count: int
) -> None:
    """Starlette's own handler answers, and raises the error again."""
    app = FastAPI()
    app.add_api_route("/later", endpoint)
    app.add_exception_handler(Exception, lambda *_: PlainTextResponse("sorry", 418))
    running = RunningApp(lambda: app)
    await running.start()

    async with open_async_client(running.asgi) as client:
        await client.get("/later")

    assert len(_test_run.leaks.unawaited.take()) == count
    await running.stop()


async def test_an_error_of_a_mounted_app_is_named_once_where_a_middleware_handles_it(
    _test_run: TestRun,
) -> None:
    """As a service does that keeps the connection: uvicorn would close it."""

    class Swallows:
        def __init__(self, app: ASGIApp) -> None:
            self.app = app

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            with suppress(RuntimeError):
                await self.app(scope, receive, send)

    app, mounted = FastAPI(), FastAPI()
    app.add_middleware(Swallows)
    mounted.add_api_route("/later", add_task)
    app.mount("/inner", mounted)
    running = RunningApp(lambda: app)
    await running.start()

    async with open_async_client(running.asgi) as client:
        assert (await client.get("/inner/later")).json() == "done"

    assert len(_test_run.leaks.unawaited.take()) == 1
    await running.stop()
