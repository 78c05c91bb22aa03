"""What the promises are proved on."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from ..clients import open_async_client, open_live_client
from ..fixtures.application import RunningApp
from ..isolation import Isolation
from ..live.server import LiveServer
from .probe import Probe
from .schema import SCHEMA, Base


@pytest.fixture(scope="session")
async def _probe_schema(_isolation: Isolation, db_engine: AsyncEngine) -> None:
    # It goes with the database, at the end of the run.
    async with db_engine.begin() as connection:
        await connection.execute(CreateSchema(SCHEMA))
        await connection.run_sync(Base.metadata.create_all)
    assert _isolation.wiper is not None
    await _isolation.wiper.prepare()


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
