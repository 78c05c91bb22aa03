"""The thorough wipe: past triggers, with kept rows put back and materialized views refreshed."""

from collections.abc import Collection
from typing import Any

from .catalogue import Catalogue, Table, View
from .wipe_statement import deletion


def _copy(table: Table) -> str:
    return f"pg_temp.oneloop_kept_{table.oid}"


async def copy_kept_rows(driver: Any, tables: Collection[Table]) -> None:
    """Copy the rows of the kept `tables` into temporary ones, which go with the connection."""
    for table in tables:
        columns = ", ".join(table.columns)
        await driver.execute(
            f"DROP TABLE IF EXISTS {_copy(table)};"
            f"CREATE TEMPORARY TABLE oneloop_kept_{table.oid} AS "
            f"SELECT {columns} FROM ONLY {table.quoted}"
        )


async def wipe_everything(
    driver: Any,
    catalogue: Catalogue,
    *,
    dirty: Collection[int],
    changed: Collection[Table],
    views: Collection[View],
) -> None:
    """Delete every row in one transaction, put `changed` back as it was, and refresh `views`.

    `dirty` are the oids of guarded tables that hold rows; one that holds none is left alone. What
    guards them is lifted by the table's owner: `session_replication_role` is the superuser's.
    """
    back = catalogue.with_referrers(changed)
    guarded = [table for table in catalogue.guarded if table.oid in dirty]
    plain = [table for table in catalogue.wiped if not table.guarded]
    inserts = ", ".join(
        f"i{number} AS (INSERT INTO {table.quoted} ({columns}) OVERRIDING SYSTEM VALUE "
        f"SELECT {columns} FROM {_copy(table)})"
        for number, table in enumerate(back)
        if (columns := ", ".join(table.columns))
    )
    steps = [f"{_alter(table)} {one}" for table in [*guarded, *back] for one in table.lifts]
    steps.append(deletion([*plain, *guarded, *back]))
    if inserts:
        steps.append(f"WITH {inserts} SELECT true")
    # A check still pending, from a deferred foreign key, forbids the next ALTER TABLE.
    steps.append("SET CONSTRAINTS ALL IMMEDIATE")
    steps += [f"{_alter(table)} {one}" for table in [*guarded, *back] for one in table.restores]
    steps += [
        f"REFRESH MATERIALIZED VIEW {view.quoted} {'' if view.populated else 'WITH NO DATA'}"
        for view in views
    ]
    async with driver.transaction():
        await driver.execute("; ".join(steps))


def _alter(table: Table) -> str:
    return f"ALTER TABLE ONLY {table.quoted}"
