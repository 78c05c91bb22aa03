"""The SQL of the wipe: one call for the common case, and a script for the others."""

from collections.abc import Collection, Iterable

from .catalogue import Catalogue, Table, View

FUNCTION = "pg_temp.oneloop_wipe"
CALL = f"SELECT {FUNCTION}($1)"
NEWEST = "newest relation"
NEWEST_OID = "(SELECT max(oid)::text FROM pg_class)"  # another one after CREATE TABLE
# The function under the view pg_stat_activity: the view itself takes twice as long.
ACTIVITY = """
    SELECT format('SELECT pg_terminate_backend(%s)', pid) AS ending, state, left(query, 120) AS query, xact_start
    FROM pg_stat_get_activity(NULL) JOIN pg_database d ON d.oid = datid
    WHERE d.datname = current_database()"""
OTHERS = f"{ACTIVITY} AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend'"
LEFT_OPEN = f"""{ACTIVITY} AND state LIKE 'idle in transaction%'
    UNION ALL SELECT format('ROLLBACK PREPARED %L', gid), 'prepared', format('PREPARE TRANSACTION %L', gid), prepared
    FROM pg_prepared_xacts WHERE database = current_database()"""


def fingerprint(catalogue: Catalogue) -> str:
    """Return an expression: by its oid, each kept table and view has the count and newest transaction of its rows."""
    rows = "(SELECT count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) FROM ONLY {})"
    signatures = {NEWEST: NEWEST_OID}
    for table in catalogue.kept:
        signatures[str(table.oid)] = rows.format(table.quoted)
    for view in catalogue.views:
        populated = f"(SELECT relispopulated::text FROM pg_class WHERE oid = {view.oid})"
        signatures[str(view.oid)] = rows.format(view.quoted) if view.populated else populated
    keys = ", ".join(f"'{key}'" for key in signatures)
    return f"jsonb_object(ARRAY[{keys}], ARRAY[{', '.join(signatures.values())}])::text"


def tables_with_rows(tables: Collection[Table]) -> str:
    queries = [
        # Row security may hide the rows themselves, but not that the file has pages.
        f"SELECT {table.oid}::bigint AS oid WHERE pg_relation_size({table.oid}) > 0"
        if table.may_hide_rows
        else f"SELECT {table.oid}::bigint AS oid WHERE EXISTS (SELECT FROM ONLY {table.quoted})"
        for table in tables
    ]
    return " UNION ALL ".join(queries) or "SELECT 0::bigint AS oid WHERE false"


def deletion(tables: Collection[Table]) -> str:
    """Return one statement that deletes every row of `tables`; foreign keys are checked once, at its end."""
    # TRUNCATE takes a hundred times as long on small tables.
    return _with(f"deleted_{table.oid} AS (DELETE FROM ONLY {table.quoted})" for table in tables)


def wipe_function(catalogue: Catalogue) -> str:
    """Return a function that deletes the rows; not where that could wait, fire a trigger, or change a kept row.

    A function keeps its plans, which are nearly all of the cost, and needs one round trip.
    """
    unusual = [
        f"{fingerprint(catalogue)} <> expected",
        *(f"EXISTS ({tables_with_rows([table])})" for table in catalogue.guarded),
        f"EXISTS ({LEFT_OPEN})",
    ]
    return f"""
        CREATE OR REPLACE FUNCTION {FUNCTION}(expected text) RETURNS boolean LANGUAGE plpgsql AS
        $wipe$
        DECLARE
            wiped boolean;
        BEGIN
            IF {" OR ".join(unusual)} THEN
                RETURN false;
            END IF;
            {deletion(catalogue.unguarded)} INTO wiped;
            RETURN wiped;
        END $wipe$"""


def copy_rows(table: Table) -> str:
    create = f"CREATE TEMPORARY TABLE {_copy(table)} AS SELECT {table.columns or ''} FROM ONLY {table.quoted}"
    return f"DROP TABLE IF EXISTS pg_temp.{_copy(table)}; {create}"


def full_wipe(
    catalogue: Catalogue, *, guarded: Collection[Table], changed: Collection[Table], views: Collection[View]
) -> str:
    restored = catalogue.with_referrers(changed)
    lifted = [*guarded, *restored]  # by their owner: only a superuser may set `session_replication_role`
    steps = [
        *(f"ALTER TABLE ONLY {each.quoted} {lift}" for each in lifted for lift in each.lifts),
        deletion([*catalogue.unguarded, *lifted]),
        _with(_insertion(table) for table in restored if table.columns),
        "SET CONSTRAINTS ALL IMMEDIATE",  # a pending check of a foreign key would forbid the next ALTER TABLE
        *(f"ALTER TABLE ONLY {each.quoted} {back}" for each in lifted for back in each.restores),
        *(f"REFRESH MATERIALIZED VIEW {view.quoted} {'' if view.populated else 'WITH NO DATA'}" for view in views),
    ]
    return "; ".join(steps)


def _insertion(table: Table) -> str:
    return (
        f"inserted_{table.oid} AS (INSERT INTO {table.quoted} ({table.columns}) OVERRIDING SYSTEM VALUE "
        f"SELECT {table.columns} FROM pg_temp.{_copy(table)})"
    )


def _copy(table: Table) -> str:
    return f"oneloop_kept_{table.oid}"


def _with(parts: Iterable[str]) -> str:
    joined = ", ".join(parts)
    return f"WITH {joined} SELECT true" if joined else "SELECT true"
