"""The app. `create_app(settings)` builds it; its lifespan owns the engine."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypedDict

from fastapi import FastAPI
from pwdlib import PasswordHash
from sqlalchemy.ext.asyncio import AsyncEngine

from . import NAME
from .auth.passwords import HashQueue, build_password_hasher
from .auth.routes import router as auth
from .database import SessionFactory, create_engine, create_ready_engine, create_session_factory
from .documents.routes import router as documents
from .errors import add_error_handlers, name_media_type, problems
from .health import Revisions
from .health import router as health
from .metrics import router as metrics
from .middleware import build_middleware
from .observability import log_slow_queries, start_sentry, write_logs
from .settings import Settings
from .users.routes import router as users


class State(TypedDict):
    """The members of `request.state`, from the lifespan."""

    settings: Settings
    engine: AsyncEngine
    session_factory: SessionFactory
    ready_factory: SessionFactory
    revisions: Revisions
    password_hasher: PasswordHash
    hash_queue: HashQueue


class Service(FastAPI):
    """The app, with the correct media type of its errors."""

    def openapi(self) -> dict[str, Any]:
        """Return the description of the API."""
        return name_media_type(super().openapi())


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the app; without `settings` they are read from the environment."""
    settings = settings or Settings.load()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[State]:
        with write_logs(settings):
            start_sentry(settings)
            engine, ready_engine = create_engine(settings), create_ready_engine(settings)
            hash_queue = HashQueue(settings.password_slots, settings.password_queue)
            log_slow_queries(engine, settings)
            try:
                yield {
                    "settings": settings,
                    "engine": engine,
                    "session_factory": create_session_factory(engine),
                    "ready_factory": create_session_factory(ready_engine),
                    "revisions": await asyncio.to_thread(Revisions.read),
                    "password_hasher": build_password_hasher(settings),
                    "hash_queue": hash_queue,
                }
            finally:
                hash_queue.close()
                await engine.dispose()
                await ready_engine.dispose()

    app = Service(
        title=NAME,
        lifespan=lifespan,
        middleware=build_middleware(settings),
        responses=problems(413, 500, 503),
        openapi_url="/openapi.json" if settings.api_docs else None,
        # A redirect would name the Host header, which any caller may choose.
        redirect_slashes=False,
    )
    add_error_handlers(app)
    # FastAPI tries the routes in this order: first what is asked most.
    for router in (documents, users, auth, health, metrics):
        app.include_router(router, prefix="/api")
    return app
