"""The app, started by its lifespan, and restarted when its database is replaced."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from typing import Any, TypeVar
from unittest.mock import patch

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.types import Message, Receive, Scope, Send

T = TypeVar("T")
ABSENT: Any = object()
CLIENT_LEFT = ", whose client has left"  # ends the name of the task of such a request
CHANGES = "__setattr__", "__delattr__", "__setitem__", "__delitem__"
# True in the lifespan, and in each task that it starts, or that such a task starts: a task inherits the context.
of_app: ContextVar[bool] = ContextVar("oneloop_of_app", default=False)
held_by_app: set[object] = set()  # the connections that such tasks have now


@dataclass
class ServedRequest:
    scope: Scope
    selects: Counter[tuple[str, str]] = field(default_factory=Counter)  # since its last message, by statement and line
    ended: bool = False

    def resetting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*message: Any) -> Any:
            self.selects.clear()
            return call(*message)

        return wrapped


class ResponseWatch:
    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = self.complete = False

    async def send(self, message: Message) -> None:
        await self._send(message)
        self.begun = True
        self.complete = message["type"] == "http.response.body" and not message.get("more_body")


served_request: ContextVar[ServedRequest | None] = ContextVar("oneloop_served_request", default=None)


class RunningApp:
    """The app between its start and its stop; `asgi` stays the same callable when it restarts."""

    def __init__(
        self, build: Callable[[], FastAPI], end_tasks: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
    ) -> None:
        self._build, self._end_tasks = build, end_tasks
        self._app: FastAPI | None = None
        self.is_running = False
        self._state: Mapping[str, Any] = {}
        self._lifespan = AsyncExitStack()
        self.context = copy_context()  # where no context variable of a test is set
        self.note_request: Callable[[], object] = lambda: None

    @property
    def app(self) -> FastAPI:
        assert self._app is not None
        return self._app

    async def asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with a copy of the lifespan's state as a server would pass it."""
        self.note_request()
        served = ServedRequest({**scope, "state": dict(self._state)})
        token = served_request.set(served)
        try:
            await self.app(served.scope, served.resetting(receive), served.resetting(send))
        finally:
            served_request.reset(token)
            served.ended = True

    async def start(self) -> None:
        try:
            app = self._build()
        except Exception:
            if self._app is None:
                raise
            app = self._app  # a second one cannot be built: it registers metrics, once for each process
        if self._app is not None:
            app.dependency_overrides.update(self._app.dependency_overrides)
        app.middleware_stack = app.middleware_stack or app.build_middleware_stack()  # as a server, before the lifespan
        lifespan = in_own_task(self._watched(app.router.lifespan_context(app)))
        state = await self._lifespan.enter_async_context(lifespan)
        self._app, self._state = app, state or {}

    @asynccontextmanager
    async def _watched(self, lifespan: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
        of_app.set(True)
        async with lifespan as state:
            self.is_running = True
            try:
                yield state
            finally:
                self.is_running = False

    async def stop(self, known: Collection[BaseException] = ()) -> None:
        """Leave the lifespan; it raises nothing that a test has reported."""
        try:
            await self._lifespan.aclose()
        except Exception as error:
            if error not in known:
                raise
        finally:
            await self._end_tasks()

    async def restart(self) -> str:
        ended = "in the middle of the test"
        try:
            await self._lifespan.aclose()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  its test shows it
            ended = f"with {error!r}"
        await self._end_tasks()
        await self.start()
        return f"an app whose lifespan had ended {ended}: a test may cancel only tasks that it started"


@asynccontextmanager
async def in_own_task(context: AbstractAsyncContextManager[T]) -> AsyncIterator[T]:
    """Enter and leave `context` in one task, as a task group demands. pytest-asyncio has two for a fixture's halves."""
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


class AppChanges:
    """What a test changes of the app, and nothing that the app itself changes: routes, mounts, handlers, state."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None
        self._before: dict[tuple[Any, str], Any] = {}

    def watched(self) -> list[Any]:
        found = [(kind, name) for kind in (Starlette, State) for name in CHANGES if hasattr(kind, name)]
        return [patch.object(kind, name, self._watching(getattr(kind, name))) for kind, name in found]

    def _watching(self, original: Callable[..., None]) -> Callable[..., None]:
        def change(owner: Any, name: str, *value: Any) -> None:
            if (app := self._app) is not None and (owner is app or owner is app.state):
                if of_app.get() or served_request.get():
                    self._before.pop((owner, name), None)
                else:
                    self._before.setdefault((owner, name), getattr(owner, name, ABSENT))
            original(owner, name, *value)

        return change

    @contextmanager
    def undone(self, app: FastAPI, overrides: Mapping[Any, Any]) -> Iterator[None]:
        routes, self._app, self._before = [*app.router.routes], app, {}
        with patch.dict(app.dependency_overrides, overrides), patch.dict(app.exception_handlers):
            yield
        self._app = None
        for (owner, name), value in self._before.items():
            setattr(owner, name, value)
            if value is ABSENT:
                delattr(owner, name)
        if routes != app.router.routes:
            app.router.routes[:] = routes
            app.openapi_schema = None
