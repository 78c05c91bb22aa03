"""Promise 13: the schema is the migrations', and these are what the models say."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from ..drift import DriftError, check
from ..guard import exempt
from ..isolation import Isolation
from ..place import Place
from ..seam import Migrate


@pytest.fixture
async def scratch(_isolation: Isolation, _database: Place) -> AsyncIterator[AsyncEngine]:
    """Give an engine on a fresh copy of what the migrations made."""
    databases, suffix = _database.databases, f"{_database.suffix}_migrations"
    with exempt():
        await databases.clone(suffix, _database.template)
    yield create_async_engine(databases.url(suffix), poolclass=NullPool)
    with exempt():
        await databases.drop(suffix)


def names(connection: Connection, metadata: MetaData) -> set[tuple[str | None, str]]:
    """Return the tables of the models that there are in the database."""
    schemas = {table.schema for table in metadata.tables.values()}
    inspector = inspect(connection)
    known = {(table.schema, table.name) for table in metadata.tables.values()}
    return known & {
        (schema, name) for schema in schemas for name in inspector.get_table_names(schema)
    }


async def test_the_models_and_the_migrations_agree(
    db_engine: AsyncEngine, metadata: MetaData
) -> None:
    """No table, column, index or default of the models waits for its migration."""
    async with db_engine.connect() as connection:
        await connection.run_sync(check, metadata)


async def test_a_column_without_a_migration_is_named(
    db_engine: AsyncEngine, metadata: MetaData
) -> None:
    """The drift is told as the step that is missing."""
    table = next(iter(metadata.sorted_tables))
    column = next(iter(table.columns)).name
    async with db_engine.connect() as connection:
        await connection.exec_driver_sql(
            f'ALTER TABLE {table.fullname} DROP COLUMN "{column}" CASCADE'
        )

        with pytest.raises(DriftError, match=rf"add_column\('{table.name}'.*'{column}'"):
            await connection.run_sync(check, metadata)

        await connection.rollback()


async def test_the_migrations_go_down_and_up_again(
    scratch: AsyncEngine, metadata: MetaData, migrate: Migrate
) -> None:
    url = scratch.url.render_as_string(hide_password=False)
    with exempt():
        await asyncio.to_thread(migrate, url, "base")
        async with scratch.connect() as connection:
            left = await connection.run_sync(names, metadata)
        await asyncio.to_thread(migrate, url)

    assert left == set()
    async with scratch.connect() as connection:
        await connection.run_sync(check, metadata)
