"""The write-ahead log, which tells of many tables the few that were written.

With some hundred tables the wiping statement spends its time on those that hold nothing. The log
has every change of every session, and is read in less time than it takes to open the tables.
"""

from collections.abc import Sequence
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it ships no types

from .catalogue import Table

FEWEST_TABLES = 100  # up to here, deleting from all of them takes no longer than asking
MOST_BYTES = 1 << 20  # a test that wrote more has the time to delete from all
SCHEMA = "harness_wal"
MARK = (
    "harness.mark"  # a setting of the wiper's own session: where in the log, and whose transaction
)
FIRST_OF_USERS = 16384  # what has a smaller oid is PostgreSQL's own
DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())"

FIND = """
    SELECT to_regprocedure(format('%I.pg_get_wal_block_info(pg_lsn, pg_lsn, boolean)', nspname))
    FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
    WHERE extname = 'pg_walinspect'"""


async def find_log(driver: Any, tables: Sequence[Table]) -> str | None:
    """Return the function that reads the log; None where tables are few, or it cannot be had.

    It takes the extension pg_walinspect of PostgreSQL 16 or newer, and a superuser's rights. It is
    put into the database of this process, which is gone after the run, out of the way of the
    service's own.
    """
    if len(tables) < FEWEST_TABLES:
        return None
    try:
        await driver.execute(
            f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};"
            f"CREATE EXTENSION IF NOT EXISTS pg_walinspect SCHEMA {SCHEMA};"
            "SET synchronous_commit = on"
        )
        found = await driver.fetchval(FIND)
    except asyncpg.PostgresError:
        return None
    return None if found is None else str(found).partition("(")[0]


def delete_written(log: str, tables: Sequence[Table], delete_all: str) -> str:
    """Return PL/pgSQL that deletes from those of `tables` that were written since the last wipe.

    An unlogged table counts as written. `delete_all` is carried out when it cannot be told: the
    log is read from its files, so all of it has to be flushed, as a commit does; and a relation
    that is not of `tables` must not be among them; and a checkpoint, of which the copying of a
    database takes two, must have left the files there. An index, a sequence and a TOAST table say
    nothing that their table does not say; what this wipe itself writes is no news to the next.
    """
    oids = ",".join(str(table.oid) for table in tables)
    unlogged = ",".join(str(table.oid) for table in tables if table.unlogged)
    return f"""
        DECLARE
            mark CONSTANT text := nullif(current_setting('{MARK}', true), '');
            since CONSTANT pg_lsn := split_part(mark, ' ', 1)::pg_lsn;
            own CONSTANT text := split_part(mark, ' ', 2);
            flushed CONSTANT pg_lsn := pg_current_wal_flush_lsn();
            changed bigint[];
        BEGIN
            IF flushed = pg_current_wal_insert_lsn() AND flushed >= since
                    AND flushed - since < {MOST_BYTES} THEN
                changed := '{{{unlogged}}}';
                IF flushed > since THEN
                    BEGIN
                        changed := changed || ARRAY(
                            SELECT coalesce(c.oid, 0)::bigint
                            FROM (SELECT DISTINCT
                                      pg_filenode_relation(reltablespace, relfilenode) AS oid
                                  FROM {log}(since, flushed, false)
                                  WHERE xid::text <> own AND reldatabase = {DATABASE}) AS written
                                LEFT JOIN pg_class c USING (oid)
                            WHERE c.oid IS NULL OR c.oid < {FIRST_OF_USERS}
                                OR c.relkind NOT IN ('i', 'I', 't', 'S'));
                    EXCEPTION WHEN undefined_file THEN  -- a checkpoint removed it
                        changed := NULL;
                    END;
                END IF;
            END IF;
            IF changed <@ '{{{oids}}}' THEN
                IF changed <> '{{}}' THEN
                    EXECUTE (SELECT format('WITH %s SELECT true', string_agg(
                        format('d%s AS (DELETE FROM ONLY %s)', one, one::regclass), ', '))
                        FROM unnest(changed) AS one);
                END IF;
                wiped := true;
            ELSE
                {delete_all} INTO wiped;
            END IF;
            PERFORM set_config('{MARK}', concat_ws(' ', pg_current_wal_insert_lsn(),
                coalesce(pg_current_xact_id_if_assigned()::xid::text, '-')), false);
        END;"""
