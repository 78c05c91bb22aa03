"""Promise 13: what the models declare is in the database, and what Alembic cannot compare is no drift."""

from collections.abc import Callable

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Date,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, mapped_column, registry

from oneloop.checks.test_migrations import DriftError, check_drift, migrated_engine
from oneloop.database.engine_guard import exempt
from oneloop.seam import Migrate

__all__ = ["migrated_engine"]

REPORT = "SELECT 1 AS id, 'x' AS title"
ORDERS = (
    "CREATE TABLE orders (id int PRIMARY KEY, copies int DEFAULT {default},"
    " CONSTRAINT ck_orders_copies CHECK ({check}))"
)


def report(models: MetaData) -> None:
    Table("report", models, Column("id", Integer, primary_key=True), Column("title", String))


def report_in_its_own_schema(models: MetaData) -> None:
    Table("report", models, Column("id", Integer, primary_key=True), schema="reports")


def view_of_another_team(models: MetaData) -> None:
    Table("theirs", models, Column("id", Integer, primary_key=True), info={"is_view": True})


def mapped_view(models: MetaData) -> None:
    class Views(DeclarativeBase):
        metadata = models

    class Report(Views):
        __tablename__ = "report"
        __table_args__ = {"info": {"is_view": True}}  # so env.py leaves it out
        id: Mapped[int] = mapped_column(primary_key=True)

    models.info["classes"] = [Report]  # as a module keeps them


def view_of_an_older_base(models: MetaData) -> None:
    class Report(declarative_base(metadata=models)):  # type: ignore[misc]  # its base is made at run time
        __tablename__ = "report"
        __table_args__ = {"info": {"is_view": True}}
        id = Column(Integer, primary_key=True)

    models.info["classes"] = [Report]


def view_without_a_base(models: MetaData) -> None:
    class Report:
        pass

    table = Table("report", models, Column("id", Integer, primary_key=True), info={"is_view": True})
    registry(metadata=models).map_imperatively(Report, table)
    models.info["classes"] = [Report]


def orders(models: MetaData) -> None:
    check = CheckConstraint("copies > 0", name="copies")
    number = Column("id", Integer, primary_key=True, autoincrement=False)
    Table("orders", models, number, Column("copies", Integer, check, server_default="1"))


def typed(models: MetaData) -> None:
    """Types of PostgreSQL's own, and constraints that come with a type."""
    Table(
        "typed",
        models,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("kind", Enum("a", "b", name="kind", schema="reports", create_constraint=True)),
        Column("twice", Integer, Computed("id * 2", persisted=True)),
        CheckConstraint("kind <> 'a' and twice > 0", name="kind"),
        schema="reports",
    )


def partitioned(models: MetaData) -> None:
    Table(
        "events",
        models,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("day", Date, primary_key=True),
        postgresql_partition_by="RANGE (day)",
    )


RIGHT: dict[str, tuple[Callable[[MetaData], None], list[str]]] = {
    "view": (report, [f"CREATE VIEW report AS {REPORT}"]),
    "view of a model that env.py leaves out": (mapped_view, [f"CREATE VIEW report AS {REPORT}"]),
    "materialized view": (report, [f"CREATE MATERIALIZED VIEW report AS {REPORT}"]),
    "what env.py leaves out": (view_of_another_team, []),
    "view in another schema": (
        report_in_its_own_schema,
        ["CREATE SCHEMA reports", f"CREATE VIEW reports.report AS {REPORT}"],
    ),
    "partitions": (
        partitioned,
        [
            "CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
            "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-1-1') TO ('2027-1-1')",
        ],
    ),
    "another schema, with an enum": (
        typed,
        [
            "CREATE SCHEMA reports",
            "CREATE TYPE reports.kind AS ENUM ('a', 'b')",
            "CREATE TABLE reports.typed (id int PRIMARY KEY, kind reports.kind,"
            " twice int GENERATED ALWAYS AS (id * 2) STORED,"
            " CONSTRAINT ck_typed_kind CHECK (kind <> 'a' AND (twice) > 0))",
        ],
    ),
    "a check in another form": (
        orders,
        [ORDERS.format(default="'1'", check="((copies)) > (0)")],
    ),
    "a table of the migrations alone": (lambda _: None, ["CREATE TABLE left_behind (id int)"]),
}
WRONG: dict[str, tuple[Callable[[MetaData], None], list[str], str]] = {
    "table": (orders, [], r"op.create_table\('orders'"),
    "view of a model that env.py leaves out": (mapped_view, [], "# report does not exist, and Report reads it: create"),
    "view of declarative_base()": (view_of_an_older_base, [], "# report does not exist, and Report reads it"),
    "view of a class without a base": (view_without_a_base, [], "# report does not exist, and Report reads it"),
    "view": (report, [], r"op.create_table\('report'"),
    "default": (orders, [ORDERS.format(default="2", check="copies > 0")], "server_default='1'"),
    "check": (
        orders,
        [ORDERS.format(default="1", check="copies > 1")],
        r"op.drop_constraint\(op.f\('ck_orders_copies'\), 'orders', type_='check'\)\n"
        r"\s+op.create_check_constraint\(op.f\('ck_orders_copies'\), 'orders', '\(copies > 0\)'\)",
    ),
    "no check": (
        orders,
        ["CREATE TABLE orders (id int PRIMARY KEY, copies int DEFAULT 1)"],
        r"by hand\n +op.create_check_constraint\(op.f\('ck_orders_copies'\)",
    ),
}


async def compare(engine: AsyncEngine, models: list[MetaData], migrate: Migrate, statements: list[str]) -> None:
    with exempt():
        async with engine.begin() as connection:
            for statement in statements:
                await connection.execute(text(statement))
    await check_drift(engine, models, migrate)


@pytest.mark.parametrize("case", RIGHT)
async def test_is_no_drift(case: str, migrated_engine: AsyncEngine, metadata: MetaData, migrate: Migrate) -> None:
    """Of several MetaData, too: these tables are not in the first one."""
    declare, statements = RIGHT[case]
    declare(more := MetaData(naming_convention=metadata.naming_convention))

    await compare(migrated_engine, [metadata, more], migrate, statements)


@pytest.mark.parametrize("case", WRONG)
async def test_is_drift(case: str, migrated_engine: AsyncEngine, metadata: MetaData, migrate: Migrate) -> None:
    declare, statements, words = WRONG[case]
    declare(more := MetaData(naming_convention=metadata.naming_convention))

    with pytest.raises(DriftError, match=words):
        await compare(migrated_engine, [metadata, more], migrate, statements)


async def test_a_column_without_a_migration_is_named(
    migrated_engine: AsyncEngine, metadata: MetaData, migrate: Migrate
) -> None:
    """Also when the seam does not return the models, but env.py does."""
    table = next(iter(metadata.sorted_tables))
    column = next(iter(table.columns)).name
    drop = f'ALTER TABLE {table.fullname} DROP COLUMN "{column}" CASCADE'

    with pytest.raises(DriftError, match=rf"add_column\('{table.name}'.*'{column}'"):
        await compare(migrated_engine, [], migrate, [drop])
