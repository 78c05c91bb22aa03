"""A database for a suite that connects in its own `pytest_sessionstart` or `pytest_sessionfinish`.

No fixture has made one by then, and none is left at the end. The hook gets an empty one, which is dropped after it.
"""

import asyncio
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import pytest

from ..database.database_admin import administer
from ..database.engine_guard import exempt
from ..test_run import RUN
from .conftests import loaded_conftests


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None]:
    with _empty_database(session.config, "pytest_sessionstart"):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    with _empty_database(session.config, "pytest_sessionfinish"):
        return (yield)


@contextmanager
def _empty_database(config: pytest.Config, hook: str) -> Iterator[None]:
    run = config.stash[RUN]
    if run.config.driver.startswith("sqlite") or not any(hasattr(each, hook) for each in loaded_conftests(config)):
        yield
        return
    databases = run.connect()
    name = databases.name(run.worker)

    async def make() -> None:
        await databases.drop(run.worker)
        async with administer(databases.server.admin) as connection:
            await databases.server.make_roles(connection)
            owner = databases.server.owner.username
            await connection.exec_driver_sql(f'CREATE DATABASE "{name}" OWNER "{owner}"')

    with exempt():
        asyncio.run(make())
    try:
        yield
    finally:
        for engine in run.guard.engines_on({name}):
            engine.dispose(close=False)  # its connections end with the database
        with exempt():
            asyncio.run(databases.drop(run.worker))
