"""The migrations create what the models declare, and go down and up again."""

import asyncio
import textwrap
import warnings
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast
from unittest.mock import patch

import pytest
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema, CreateTable

from oneloop.cleanup.test_databases import TestDatabase
from oneloop.database.engine_guard import exempt
from oneloop.errors import OneloopError
from oneloop.seam import Migrate

SCRATCH = "oneloop_scratch"
MISSING_VIEW = "# {0} does not exist, and {1} reads it: create the view by hand, or give {1} a MetaData of its own"
CHECKS = text("""
    SELECT pg_get_expr(conbin, conrelid), conname FROM pg_constraint
    WHERE conrelid = to_regclass(:table) AND contype = 'c'""")


class DriftError(OneloopError):
    def __init__(self, steps: str) -> None:
        super().__init__(
            "The models and the migrations disagree. These steps would make the migrated database match the models:\n"
            f"{textwrap.indent(steps, '  ')}\n"
            "Write them as a revision, or correct the models. migrations/env.py must import every module with models.\n"
            "    uv run oneloop run alembic revision --autogenerate"
        )


@pytest.fixture
async def migrated_engine(_database: TestDatabase) -> AsyncIterator[AsyncEngine]:
    databases, suffix = _database.databases, f"{_database.suffix}_migrations"
    with exempt():
        await databases.clone(suffix, _database.template)
    yield create_async_engine(databases.url(suffix, "owner"), poolclass=NullPool)
    with exempt():
        await databases.drop(suffix)


@pytest.fixture
def models(seam_metadata: MetaData | Sequence[MetaData]) -> list[MetaData]:
    return [seam_metadata] if isinstance(seam_metadata, MetaData) else [*seam_metadata]


async def test_the_models_and_the_migrations_agree(
    migrated_engine: AsyncEngine, models: list[MetaData], seam_migrate: Migrate
) -> None:
    await check_drift(migrated_engine, models, seam_migrate)


async def test_the_migrations_go_down_and_up_again(
    migrated_engine: AsyncEngine, models: list[MetaData], seam_migrate: Migrate
) -> None:
    with exempt():
        await asyncio.to_thread(seam_migrate, migrated_engine.url.render_as_string(hide_password=False), "base")
        async with migrated_engine.connect() as connection:
            left = await connection.run_sync(find_tables, models)

    assert [table.key for table in left] == []
    await check_drift(migrated_engine, models, seam_migrate)


def find_tables(connection: Connection, models: list[MetaData]) -> list[Table]:
    """Return the tables of the models that the database has; a view is none."""
    inspector, tables = inspect(connection), {table.key: table for each in models for table in each.tables.values()}
    return [table for table in tables.values() if table.name in inspector.get_table_names(table.schema)]


async def check_drift(engine: AsyncEngine, models: list[MetaData], migrate: Migrate) -> None:
    """Migrate to the head, and compare as `alembic check` does: with the options of the service's env.py."""
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415

    run, steps = EnvironmentContext.run_migrations, list[str]()

    def run_and_compare(environment: EnvironmentContext, **arguments: Any) -> None:
        run(environment, **arguments)
        context = environment.get_context()
        if context.bind is not None and context.bind.engine.url.database == engine.url.database:
            steps.append(find_missing_steps(context.bind, models, context.opts))

    with exempt():
        with patch.object(EnvironmentContext, "run_migrations", run_and_compare):
            url, elsewhere = engine.url.render_as_string(hide_password=False), getattr(migrate, "missing_steps", None)
            steps += filter(None, [await asyncio.to_thread(elsewhere or migrate, url)])
        async with engine.connect() as connection:
            if not (steps or elsewhere):  # `migrate` does not run Alembic
                steps.append(await connection.run_sync(find_missing_steps, models, {}))
            steps += await connection.run_sync(find_missing_checks, models)
    if missing := "\n".join(filter(None, steps)):
        raise DriftError(missing)


def find_missing_steps(connection: Connection, models: list[MetaData], configured: Mapping[str, Any]) -> str:
    """Return the steps that no migration takes, as Alembic writes them; only the migrations may know a table."""
    from alembic.autogenerate import produce_migrations, render_python_code  # noqa: PLC0415  takes a tenth of a second
    from alembic.migration import MigrationContext  # noqa: PLC0415

    target = configured.get("target_metadata") or []
    known = {key for each in models for key in each.tables}
    more = [each for each in ([target] if isinstance(target, MetaData) else target) if known.isdisjoint(each.tables)]
    schemas = {table.schema for each in (*models, *more) for table in each.tables.values()}
    inspector, left_out = inspect(connection), set[Any]()

    def include_name(name: str | None, kind: str, parents: Any) -> bool:
        theirs = configured.get("include_name")
        return (kind != "schema" or name in schemas) and (theirs is None or theirs(name, kind, parents))

    def include_object(item: Any, name: str, kind: str, reflected: bool, same: Any) -> bool:
        # A table of the models that is there and yet not `same` is a view or a foreign table.
        if kind == "table" and same is None and (reflected or inspector.has_table(name, item.schema)):
            return False
        theirs = configured.get("include_object")
        included = theirs is None or theirs(item, name, kind, reflected, same)
        left_out.update([item] if kind == "table" and same is None and not included else [])
        return bool(included)

    options = {
        "compare_type": True,
        **configured,
        "compare_server_default": configured.get("compare_server_default") or True,
        "include_schemas": schemas != {None},
        "include_name": include_name,
        "include_object": include_object,
    }
    context = MigrationContext.configure(connection, opts=options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Alembic warns of types that it cannot compare
        operations = produce_migrations(context, cast("Any", [*models, *more])).upgrade_ops  # or a list
    assert operations is not None
    lines = [] if operations.is_empty() else render_python_code(operations).splitlines()
    steps = textwrap.dedent("\n".join(line for line in lines if not line.strip().startswith("#")))
    models_of = {model.__mapper__.local_table: model.__name__ for model in (find_models() if left_out else ())}
    missing: list[str] = [MISSING_VIEW.format(table.key, models_of[table]) for table in left_out if table in models_of]
    return "\n".join(each for each in (steps, *missing) if each)


def find_models(base: Any = object) -> Iterator[Any]:
    """Yield every mapped class, of whatever base: SQLModel, `declarative_base()` or none."""
    for each in type.__subclasses__(base):
        if "__mapper__" in vars(each):
            yield each
        yield from find_models(each)


def find_missing_checks(connection: Connection, models: list[MetaData]) -> list[str]:
    """Return the check constraints that the tables lack; Alembic compares their names at most."""
    if connection.dialect.name != "postgresql":
        return []
    missing = []
    quoted = connection.dialect.identifier_preparer.format_table
    connection.execute(CreateSchema(SCRATCH))  # rolled back; PostgreSQL writes the checks of a copy in the same form
    for table in find_tables(connection, models):
        copy = table.to_metadata(MetaData(), schema=SCRATCH)
        for column in copy.columns:
            column.type = table.columns[column.key].type  # an enum stays in its own schema
        create = CreateTable(copy, include_foreign_key_constraints=[])
        if "CHECK" in str(create.compile(connection)):
            with suppress(DBAPIError), connection.begin_nested():
                connection.execute(create)
                rows = (connection.execute(CHECKS, {"table": quoted(each)}) for each in (copy, table))
                wanted, found = ({row[0]: row[1] for row in each} for each in rows)
                schema = f", schema={table.schema!r}" if table.schema else ""
                for condition in sorted(wanted.keys() - found.keys()):
                    check = f"op.f({wanted[condition]!r}), {table.name!r}"
                    if wanted[condition] in found.values():
                        missing.append(f"op.drop_constraint({check}, type_='check'{schema})")
                    missing.append(f"op.create_check_constraint({check}, {condition!r}{schema})")
    return ["# autogenerate leaves out the rest: write it by hand", *missing] if missing else []
