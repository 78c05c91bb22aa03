"""The app as it runs: under its real lifespan, restarted when its database is replaced."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, MutableMapping
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import Any, TypeVar

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


class RunningApp:
    """The app that runs now; `asgi` is the same callable through all restarts."""

    def __init__(self, build: Callable[[], FastAPI]) -> None:
        self._build = build
        self._app: FastAPI | None = None
        self._asgi: ASGIApp | None = None
        self._running = AsyncExitStack()

    @property
    def app(self) -> FastAPI:
        """The FastAPI app itself, without its lifespan's state."""
        assert self._app is not None
        return self._app

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as the app, with its lifespan's state in each request."""
        assert self._asgi is not None
        await self._asgi(scope, receive, send)

    async def start(self) -> None:
        """Build the app and enter its lifespan; overrides that its forerunner had go along."""
        app = self._build()
        if self._app is not None:
            app.dependency_overrides.update(self._app.dependency_overrides)
        lifespan = in_own_task(app.router.lifespan_context(app))
        state = await self._running.enter_async_context(lifespan)
        self._app, self._asgi = app, with_state(app, dict(state or {}))

    async def stop(self) -> None:
        """Leave the lifespan."""
        await self._running.aclose()


T = TypeVar("T")


@asynccontextmanager
async def in_own_task(context: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave `context` in one task of its own, and yield what it gives.

    pytest-asyncio runs the two halves of a fixture in two tasks, and a task group or a cancel
    scope, which a lifespan may well hold, must be left in the task that entered it.
    """
    entered: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    leave = asyncio.Event()

    async def own() -> None:
        try:
            async with context as value:
                entered.set_result(value)
                await leave.wait()
        except BaseException as error:
            if entered.done():
                raise
            entered.set_exception(error)

    task = asyncio.create_task(own(), name="oneloop: lifespan")
    value = await entered
    try:
        yield value
    finally:
        leave.set()
        await task


def with_state(app: ASGIApp, state: MutableMapping[str, Any] | None) -> ASGIApp:
    """Wrap `app` so that each request gets a copy of the lifespan's state, as servers give it.

    `ASGITransport` runs no lifespan and passes no state. One dictionary for all would let
    `request.state` leak from request to request, which ASGI's lifespan protocol rules out.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state or {})}, receive, send)

    return serve


@contextmanager
def overriding(
    app: FastAPI, overrides: Mapping[Callable[..., Any], Callable[..., Any]]
) -> Iterator[None]:
    """Lay `overrides` over those of `app`; at the end have exactly those it had before.

    `clear()` at the end, which is the usual way, takes the user's own overrides along.
    """
    before = dict(app.dependency_overrides)
    app.dependency_overrides.update(overrides)
    try:
        yield
    finally:
        app.dependency_overrides.clear()
        app.dependency_overrides.update(before)
