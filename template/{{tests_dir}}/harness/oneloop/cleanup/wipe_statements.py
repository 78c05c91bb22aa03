"""The statement of the common case: it looks whether anything is unusual, and else deletes."""

from collections.abc import Collection, Iterable
from typing import Any

from .catalogue import Catalogue, Table, View
from .open_transactions import LEFT_OPEN

FUNCTION = "pg_temp.oneloop_wipe"
CALL = f"SELECT {FUNCTION}($1)"
SEPARATOR = "|"
NEWEST = "(SELECT max(oid)::text FROM pg_class)"


def signatures(catalogue: Catalogue) -> list[str]:
    """Return an expression for each thing that a test should have left as it was.

    First the newest relation's oid, which is a table's that a test made; then the kept tables,
    then the materialized views, in the catalogue's order. A row that was written since has a
    transaction id beyond all that were there, and a row deleted is missing from the count.
    """
    rows = "(SELECT count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM ONLY {})"
    found = [NEWEST]
    found += [rows.format(table.quoted) for table in catalogue.kept]
    for view in catalogue.views:
        populated = f"(SELECT relispopulated::text FROM pg_class WHERE oid = {view.oid})"
        found.append(rows.format(view.quoted) if view.populated else populated)
    return found


def seen(catalogue: Catalogue) -> str:
    """Return the query for all signatures, in one array."""
    return f"SELECT ARRAY[{', '.join(signatures(catalogue))}]"


def dirty(tables: Iterable[Table]) -> str:
    """Return the query for the oids of those among `tables` that hold rows.

    Row security may hide the rows themselves, and never that the file has pages.
    """
    asked = [
        f"SELECT {table.oid}::bigint AS oid WHERE "
        + (
            f"pg_relation_size({table.oid}) > 0"
            if "NO FORCE ROW LEVEL SECURITY" in table.lifts
            else f"EXISTS (SELECT FROM ONLY {table.quoted})"
        )
        for table in tables
    ]
    return " UNION ALL ".join(asked) or "SELECT 0::bigint AS oid WHERE false"


def deletion(tables: Collection[Table]) -> str:
    """Return one statement that deletes every row of `tables`.

    Foreign keys are checked once, at its end: any order, cycles, RESTRICT and NO ACTION pass.
    TRUNCATE takes a hundred times as long on small tables.
    """
    deletes = ", ".join(
        f"d{number} AS (DELETE FROM ONLY {table.quoted})" for number, table in enumerate(tables)
    )
    return f"WITH {deletes} SELECT true" if deletes else "SELECT true"


def function(catalogue: Catalogue) -> str:
    """Return the definition of the wipe, a function that tells whether it deleted the rows.

    It does not when the signatures, joined, are not those expected, when a guarded table holds
    rows, or when a transaction was left open. So no lock is waited for, no trigger fires, and no
    kept row loses the row that it was made to point to. A function keeps its plans, which are
    nearly all of the cost, and one round trip is enough.
    """
    unguarded = [table for table in catalogue.wiped if not table.guarded]
    delete = f"{deletion(unguarded)} INTO wiped;"
    unusual = [f"concat_ws({SEPARATOR!r}, {', '.join(signatures(catalogue))}) <> expected"]
    unusual += [f"EXISTS ({dirty([table])})" for table in catalogue.guarded]
    unusual.append(f"EXISTS ({LEFT_OPEN})")
    return f"""
        CREATE OR REPLACE FUNCTION {FUNCTION}(expected text) RETURNS boolean LANGUAGE plpgsql AS
        $wipe$
        DECLARE
            wiped boolean;
        BEGIN
            IF {" OR ".join(unusual)} THEN
                RETURN false;
            END IF;
            {delete}
            RETURN wiped;
        END $wipe$"""


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
