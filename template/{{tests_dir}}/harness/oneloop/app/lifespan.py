"""The app under its real lifespan, with its state in every request."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

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
