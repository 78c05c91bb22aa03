"""The migrations create what the models declare, and go down and up again."""

import asyncio
import textwrap
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from oneloop.cleanup.test_database import TestDatabase
from oneloop.database.engine_guard import exempt
from oneloop.errors import OneloopError
from oneloop.seam import Migrate


class DriftError(OneloopError):
    def __init__(self, steps: str) -> None:
        super().__init__(
            "The models and the migrations disagree. These steps would make the migrated database "
            f"match the models:\n{textwrap.indent(steps, '  ')}\n"
            "Write them as a revision: uv run oneloop run alembic revision --autogenerate. Or correct the models. "
            "migrations/env.py must import every module with models."
        )


@pytest.fixture
async def migrated_engine(_database: TestDatabase, migrate: Migrate) -> AsyncIterator[AsyncEngine]:
    databases, suffix, template = _database.databases, f"{_database.suffix}_migrations", _database.template
    with exempt():
        if databases.kept is not None and databases.kept.found:  # then env.py has not run, nor its imports of models
            template = "template_migrated_again"
            await databases.make_template(template, migrate)
        await databases.clone(suffix, template)
    yield create_async_engine(databases.url(suffix, "owner"), poolclass=NullPool)
    with exempt():
        await databases.drop(suffix)


async def test_the_models_and_the_migrations_agree(migrated_engine: AsyncEngine, metadata: MetaData) -> None:
    """No table, column, index or default of the models lacks its migration."""
    async with migrated_engine.connect() as connection:
        await connection.run_sync(check_drift, metadata)


async def test_the_migrations_go_down_and_up_again(
    migrated_engine: AsyncEngine, metadata: MetaData, migrate: Migrate
) -> None:
    """A downgrade to the start drops every table of the models; an upgrade creates all again."""
    url = migrated_engine.url.render_as_string(hide_password=False)
    with exempt():
        await asyncio.to_thread(migrate, url, "base")
        async with migrated_engine.connect() as connection:
            left = await connection.run_sync(find_tables, metadata)
        await asyncio.to_thread(migrate, url)

    assert left == set()
    async with migrated_engine.connect() as connection:
        await connection.run_sync(check_drift, metadata)


def find_tables(connection: Connection, metadata: MetaData) -> set[tuple[str | None, str]]:
    declared = {(table.schema, table.name) for table in metadata.tables.values()}
    found = {
        (schema, name)
        for schema in {schema for schema, _ in declared}
        for name in inspect(connection).get_table_names(schema)
    }
    return declared & found


def check_drift(connection: Connection, metadata: MetaData) -> None:
    if steps := find_missing_steps(connection, metadata):
        raise DriftError(steps)


def find_missing_steps(connection: Connection, metadata: MetaData) -> str:
    """Return the steps that no migration takes, as Alembic writes them.

    A table that only the migrations know is allowed.
    """
    # Imported here: it takes a tenth of a second, and `migrate` has usually imported it by now.
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
        warnings.simplefilter("ignore")  # Alembic warns of types that it cannot compare
        operations = produce_migrations(context, metadata).upgrade_ops
    assert operations is not None
    if operations.is_empty():
        return ""
    lines = render_python_code(operations).splitlines()
    return textwrap.dedent("\n".join(line for line in lines if not line.strip().startswith("#")))
