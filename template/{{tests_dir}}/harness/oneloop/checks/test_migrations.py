"""The tables are the migrations', and these make what the models say."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from oneloop.checks.drift import check
from oneloop.cleanup.test_database import TestDatabase
from oneloop.database.engine_guard import exempt
from oneloop.seam import Migrate
from oneloop.test_run import TestRun


@pytest.fixture
async def empty_copy(
    _test_run: TestRun,
    _database: TestDatabase,
) -> AsyncIterator[AsyncEngine]:
    """Give an engine on a new copy of what the migrations made."""
    databases, suffix = _database.databases, f"{_database.suffix}_migrations"
    with exempt():
        await databases.clone(suffix, _database.template)
    yield create_async_engine(databases.url(suffix), poolclass=NullPool)
    with exempt():
        await databases.drop(suffix)


def tables_left(connection: Connection, metadata: MetaData) -> set[tuple[str | None, str]]:
    """Return the tables of the models that are in the database."""
    known = {(table.schema, table.name) for table in metadata.tables.values()}
    found = {
        (schema, name)
        for schema in {schema for schema, _ in known}
        for name in inspect(connection).get_table_names(schema)
    }
    return known & found


async def test_the_models_and_the_migrations_agree(
    db_engine: AsyncEngine, metadata: MetaData
) -> None:
    """No table, column, index or default of the models waits for its migration."""
    async with db_engine.connect() as connection:
        await connection.run_sync(check, metadata)


async def test_the_migrations_go_down_and_up_again(
    empty_copy: AsyncEngine, metadata: MetaData, migrate: Migrate
) -> None:
    """After a downgrade to the start no table of the models is left, and all come back."""
    url = empty_copy.url.render_as_string(hide_password=False)
    with exempt():
        await asyncio.to_thread(migrate, url, "base")
        async with empty_copy.connect() as connection:
            left = await connection.run_sync(tables_left, metadata)
        await asyncio.to_thread(migrate, url)

    assert left == set()
    async with empty_copy.connect() as connection:
        await connection.run_sync(check, metadata)
