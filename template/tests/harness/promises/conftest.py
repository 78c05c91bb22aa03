"""What the promises are proved on."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateSchema

from ..guard import Guard
from ..isolation import Isolation
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
