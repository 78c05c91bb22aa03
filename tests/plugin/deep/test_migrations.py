"""Promise 13: the schema is the migrations', and these are what the models say."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from oneloop.checks.test_migrations import DriftError, check_drift
from oneloop.database.engine_guard import exempt
from oneloop.test_run import TestRun
from oneloop.cleanup.test_database import TestDatabase
from oneloop.seam import Migrate


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
            await connection.run_sync(check_drift, metadata)

        await connection.rollback()
