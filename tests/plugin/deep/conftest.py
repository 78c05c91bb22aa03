"""What the promises are proved on."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

from oneloop.clients import open_async_client, open_live_client
from oneloop.database.engine_guard import EngineGuard, exempt
from oneloop.seam import Migrate
from oneloop.test_run import TestRun
from oneloop.clients import LiveServer
from oneloop.cleanup.test_databases import TestDatabase, TestDatabases
from oneloop.app import RunningApp
from oneloop.cleanup.wiper import PostgresWiper, WipeResult
from tests.deep import catalogue
from tests.deep.probe import Probe
from tests.deep.schema import SCHEMA, Base, Book, Shelf


class InTaskOfItsOwn(BaseHTTPMiddleware):
    """Many apps have one of this kind: it runs the app in a task, and pumps the answer."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


@pytest.fixture(scope="session")
def create_app(create_app: Callable[[Any], FastAPI]) -> Callable[[Any], FastAPI]:
    """The app of the service, behind a middleware of the kind in which the brief's failure arose."""

    def build(settings: Any) -> FastAPI:
        app = create_app(settings)
        app.add_middleware(InTaskOfItsOwn)
        return app

    return build


@pytest.fixture(scope="session")
def migrate(migrate: Migrate) -> Migrate:
    """The service's migrations, and the tables of the probe."""

    async def add_tables(url: str) -> None:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            await connection.run_sync(Base.metadata.create_all)

    def with_tables(url: str, revision: str = "head") -> None:
        migrate(url, revision)
        if revision == "head":
            with exempt():
                asyncio.run(add_tables(url))

    return with_tables


@pytest.fixture
def guard(_test_run: TestRun) -> EngineGuard:
    """Give the guard, to ask it within a test what it would raise at the end."""
    return _test_run.guard


@pytest.fixture(scope="session")
def session_factory_dependency(
    session_factory_dependency: Callable[..., Any],
) -> Callable[..., Any]:
    """Say where sessions come from, also in a service whose dependency gives the session itself."""
    if not inspect.isasyncgenfunction(session_factory_dependency):
        return session_factory_dependency

    async def factory(given: Annotated[Any, Depends(session_factory_dependency)]) -> Any:
        return async_sessionmaker(given.bind, class_=type(given), expire_on_commit=False)

    return factory


@pytest.fixture
def probe(
    app: FastAPI,
    session_factory_dependency: Callable[..., Any],
) -> Iterator[Probe]:
    """Give a router on the app for this test alone, and tables for it."""
    probe = Probe(app, session_factory_dependency)
    with probe.mounted(app):
        yield probe


@pytest.fixture
async def over_socket(live_server: LiveServer) -> AsyncIterator[AsyncClient]:
    """Give an anonymous client over the socket, with `--live` or without."""
    async with open_live_client(live_server) as client:
        yield client


@pytest.fixture(params=["in the process", "over the socket"])
async def either_way(
    request: pytest.FixtureRequest, _running_app: RunningApp, live_server: LiveServer
) -> AsyncIterator[AsyncClient]:
    """Give an anonymous client, one of each kind in turn."""
    opened = {
        "in the process": lambda: open_async_client(_running_app.asgi, context=_running_app.context),
        "over the socket": lambda: open_live_client(live_server),
    }
    async with opened[request.param]() as client:
        yield client


@pytest.fixture(scope="session")
async def database(
    _test_run: TestRun, _database: TestDatabase, migrate: Migrate, kept_tables: Collection[str]
) -> AsyncIterator[TestDatabase]:
    """Give a database with what catalogues hold and few services have."""
    databases, label = _database.databases, "template_catalogue"

    def add_catalogue(url: str) -> None:
        migrate(url)
        with exempt():
            asyncio.run(catalogue.add_to(url))

    kept = {*kept_tables, *catalogue.KEPT}
    database = TestDatabase(databases, f"{_database.suffix}_catalogue", label, kept)
    with exempt():
        await databases.make_template(label, add_catalogue)
        await database.make()
    yield database
    with exempt():
        await database.drop()


@pytest.fixture(scope="session")
async def sql(database: TestDatabase) -> AsyncIterator[Any]:
    """Give a connection of asyncpg's there: another driver's, as far as the harness knows."""
    engine = create_async_engine(database.url, poolclass=NullPool)
    async with engine.connect() as connection:
        driver = catalogue.driver_of(await connection.get_raw_connection())
        await driver.execute(f"SET search_path = {catalogue.SCHEMA}")
        yield driver


@pytest.fixture
def wiper(database: TestDatabase) -> PostgresWiper:
    """Give the one that wipes there."""
    assert isinstance(database.wiper, PostgresWiper)
    return database.wiper


@pytest.fixture
async def poetry(probe: Probe, db_session: AsyncSession) -> Shelf:  # noqa: ARG001  makes the tables
    """Commit one shelf, with a book."""
    shelf = Shelf(name="poetry", books=[Book(title="Odes")])
    db_session.add(shelf)
    await db_session.commit()
    return shelf


@pytest.fixture
def databases(_test_run: TestRun) -> TestDatabases:
    """Give what wipes and moves the databases after a test, to be asked in the midst of one."""
    return _test_run.databases


async def wipe(databases: TestDatabases) -> WipeResult:
    """Empty the databases within a test, as after it."""
    databases.mark_used()
    return await databases.after_test()
