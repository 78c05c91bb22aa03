"""An app as others write them: a worker and a ticker in its lifespan, a pool of another library, a cache, a mount."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import asyncpg
import pytest
from fastapi import APIRouter, FastAPI, Request
from my_service import main
from my_service.database import SessionDep, create_engine
from my_service.documents.models import Document
from my_service.settings import Settings
from sqlalchemy import func, select, text
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

Job = Callable[[], Awaitable[None]]

ADD_USER = """
    INSERT INTO users (id, email, username, role, hashed_password, is_active)
    VALUES (gen_random_uuid(), 'pool@test.com', 'pool', 'writer', 'x', true)"""
tenant: ContextVar[str] = ContextVar("tenant", default="none")


@lru_cache
def read_limits(name: str) -> dict[str, int]:
    """What an app keeps for good: nothing of the database."""
    return {name: 0}


class Worker:
    """Runs jobs one after another, in a task of the lifespan."""

    def __init__(self) -> None:
        self.jobs: asyncio.Queue[Job] = asyncio.Queue()
        self.ticks, self.ticked = 0, asyncio.Condition()

    async def work(self) -> None:
        while True:
            job = await self.jobs.get()
            await job()
            self.jobs.task_done()

    async def tick(self) -> None:
        while True:
            await asyncio.sleep(0.001)
            self.ticks += 1
            async with self.ticked:
                self.ticked.notify_all()


@asynccontextmanager
async def lifespan_of(app: FastAPI, settings: Settings, own: Any) -> AsyncIterator[dict[str, Any]]:
    worker = Worker()
    url = settings.database_url.replace("+asyncpg", "")
    async with own(app) as state, asyncpg.create_pool(url, min_size=1, max_size=2) as pool:
        tasks = [asyncio.create_task(worker.work()), asyncio.create_task(worker.tick())]
        yield {**state, "worker": worker, "pool": pool}
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def set_tenant(request: Request, call_next: Any) -> Response:
    tenant.set(request.headers.get("x-tenant", "none"))
    response: Response = await call_next(request)
    return response


router = APIRouter(prefix="/right")


@router.get("/isolation")
async def isolation(session: SessionDep) -> str:
    return str(await session.scalar(text("SHOW transaction_isolation")))


@router.post("/pool")
async def add_with_the_pool(request: Request) -> None:
    """Write with asyncpg alone, and no SQLAlchemy."""
    async with request.state.pool.acquire() as connection:
        await connection.execute(ADD_USER)


@router.post("/jobs")
async def add_job(request: Request) -> int:
    worker: Worker = request.state.worker

    async def count_documents() -> None:
        async with request.state.session_factory.begin() as session:
            request.app.state.counted = await session.scalar(select(func.count()).select_from(Document))

    worker.jobs.put_nowait(count_documents)
    await worker.jobs.join()
    return int(request.app.state.counted)


@router.get("/ticks")
async def wait_for_a_tick(request: Request) -> int:
    worker: Worker = request.state.worker
    async with asyncio.timeout(5), worker.ticked:
        await worker.ticked.wait()
    return worker.ticks


@router.get("/tenant")
async def read_tenant() -> str:
    mine = tenant.get()
    await asyncio.sleep(0.001)
    assert tenant.get() == mine
    return mine


@router.get("/group")
async def recover_from_a_group() -> str:
    async def fail(error: Exception) -> None:
        raise error

    caught = ""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(fail(LookupError("a")))
            group.create_task(fail(ValueError("b")))
    except* (LookupError, ValueError) as errors:
        caught = f"{len(errors.exceptions)} errors"
    return caught


@router.get("/limits")
async def limits() -> dict[str, int]:
    return read_limits("documents")


@pytest.fixture(scope="session")
def create_app(create_app: Callable[[Settings], FastAPI]) -> Iterator[Callable[[Settings], FastAPI]]:
    """The app of the service, with all of the above; its engine is SERIALIZABLE."""

    def create(settings: Settings) -> FastAPI:
        app = create_app(settings)
        own = app.router.lifespan_context
        app.router.lifespan_context = lambda _: lifespan_of(app, settings, own)
        app.add_middleware(BaseHTTPMiddleware, dispatch=set_tenant)
        admin = Starlette(routes=[Route("/", lambda _: PlainTextResponse("admin"))])
        app.mount("/admin", admin)
        app.include_router(router)
        return app

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            main, "create_engine", lambda given: create_engine(given).execution_options(isolation_level="SERIALIZABLE")
        )
        yield create
