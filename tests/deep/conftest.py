"""What the promises are proved on."""

import inspect
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from ..clients import open_async_client, open_live_client
from ..guard import Guard, exempt
from ..isolation import Isolation
from ..live.server import LiveServer
from ..place import Place
from ..places import Places
from ..running import RunningApp
from ..wipe import Wiper, log
from . import catalogue
from .probe import Probe
from .schema import SCHEMA, Base, Book, Shelf


@pytest.fixture(scope="session")
async def _probe_schema(_isolation: Isolation) -> None:
    # It goes with the database, at the end of the run.
    async def make(connection: AsyncConnection) -> None:
        await connection.execute(CreateSchema(SCHEMA))
        await connection.run_sync(Base.metadata.create_all)

    await _isolation.places.extend(make)


@pytest.fixture
def guard(_isolation: Isolation) -> Guard:
    """Give the guard, to ask it within a test what it would raise at the end."""
    return _isolation.guard


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
    _probe_schema: None,
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
        "in the process": lambda: open_async_client(_running_app.asgi),
        "over the socket": lambda: open_live_client(live_server),
    }
    async with opened[request.param]() as client:
        yield client


@pytest.fixture(scope="session", params=[log.FEWEST_TABLES, 0], ids=["few", "many"])
async def place(
    request: pytest.FixtureRequest,
    _isolation: Isolation,
    _database: Place,
    kept_tables: Collection[str],
) -> AsyncIterator[Place]:
    """Give a database for what catalogues hold, wiped as few tables are, and as many are."""
    suffix = f"{_database.suffix}_catalogue"
    kept = {*kept_tables, *catalogue.KEPT}
    place = Place(_database.databases, suffix, _database.template, kept, changes=[catalogue.make])
    with exempt(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(log, "FEWEST_TABLES", request.param)
        await place.make()
    yield place
    with exempt():
        await place.drop()


@pytest.fixture(scope="session")
async def sql(place: Place) -> AsyncIterator[Any]:
    """Give a connection of asyncpg's there: another driver's, as far as the harness knows."""
    engine = create_async_engine(place.url, poolclass=NullPool)
    async with engine.connect() as connection:
        driver = catalogue.driver_of(await connection.get_raw_connection())
        await driver.execute(f"SET search_path = {catalogue.SCHEMA}")
        yield driver


@pytest.fixture
def wiper(place: Place) -> Wiper:
    """Give the one that wipes there."""
    assert isinstance(place.wiper, Wiper)
    return place.wiper


@pytest.fixture
async def poetry(probe: Probe, db_session: AsyncSession) -> Shelf:  # noqa: ARG001  makes the tables
    """Commit one shelf, with a book."""
    shelf = Shelf(name="poetry", books=[Book(title="Odes")])
    db_session.add(shelf)
    await db_session.commit()
    return shelf


@pytest.fixture
def places(_isolation: Isolation) -> Places:
    """Give what wipes and moves the databases after a test, to be asked in the midst of one."""
    return _isolation.places
