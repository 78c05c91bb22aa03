"""The app as it runs: started by its real lifespan, and started anew when its database is."""

from collections.abc import Callable
from contextlib import AsyncExitStack

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from .lifespan import in_own_task, with_state


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
