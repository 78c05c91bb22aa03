"""The tables are the migrations', and these make what the models say."""

import asyncio
import textwrap
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from oneloop.cleanup.test_database import TestDatabase
from oneloop.database.engine_guard import exempt
from oneloop.errors import OneloopError
from oneloop.seam import Migrate
from oneloop.test_run import TestRun
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool


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


class DriftError(OneloopError):
    """The models and the migrations disagree; each difference is a step of the missing revision."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            "The models and the migrations disagree. These steps would bring the migrated "
            f"database to what the models say:\n{textwrap.indent(missing, '  ')}\n"
            "Write them as a revision: alembic revision --autogenerate. If the models are wrong, "
            "mend these. Every module with models has to be imported in migrations/env.py."
        )


def missing_steps(connection: Connection, metadata: MetaData) -> str:
    """Return the steps that no migration takes, in Alembic's words; empty if there are none.

    A table that the models do not know is none: migrations may make some for which there is no
    model.
    """
    # A tenth of a second that no run pays at its start; a service's `migrate` has it by now.
    from alembic.autogenerate import produce_migrations, render_python_code  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    schemas = {table.schema for table in metadata.tables.values()}

    def include_name(name: str | None, kind: str, _: Any) -> bool:
        return kind != "schema" or name in schemas

    def include_object(_: Any, __: str | None, kind: str, reflected: bool, same: Any) -> bool:
        return not (kind == "table" and reflected and same is None)

    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_schemas": schemas != {None},
            "include_name": include_name,
            "include_object": include_object,
        },
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of types and indexes that cannot be compared
        operations = produce_migrations(context, metadata).upgrade_ops
    assert operations is not None
    if operations.is_empty():
        return ""
    lines = render_python_code(operations).splitlines()
    return textwrap.dedent("\n".join(line for line in lines if not line.strip().startswith("#")))


def check(connection: Connection, metadata: MetaData) -> None:
    """Raise `DriftError` if the database at `connection` is not what the models say."""
    if missing := missing_steps(connection, metadata):
        raise DriftError(missing)
