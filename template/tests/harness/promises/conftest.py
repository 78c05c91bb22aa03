"""What the promises are proved on."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateSchema

from ..clients import open_async_client, open_live_client
from ..guard import Guard
from ..isolation import Isolation
from ..live.server import LiveServer
from ..running import RunningApp
from .probe import Probe
from .schema import SCHEMA, Base


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
