"""Which tables were written since the last wipe, as PostgreSQL's own write-ahead log tells.

With some hundred tables the wipe's statement spends its time on tables that hold nothing. The log
holds every change of every session, and is read in less time than they are opened.
"""

from collections.abc import Iterable
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it ships no types

FEWEST_TABLES = 64  # with fewer, the statement that deletes from all of them is the faster one
MOST_BYTES = 1 << 20  # a test that wrote more has time for the statement that deletes from all

# Up to what is flushed, for the log is read from its files; whether that is all, the caller sees.
# An index, a sequence or a TOAST table says nothing that its table does not say as well.
WRITTEN = """
    SELECT flushed = pg_current_wal_insert_lsn() AND flushed - $1 < $3 AS complete,
           ARRAY(SELECT DISTINCT CASE WHEN c.relkind IN ('i', 'I', 't', 'S') AND c.oid >= 16384
                                 THEN 0 ELSE coalesce(c.oid, 1) END
                 FROM (SELECT DISTINCT pg_filenode_relation(reltablespace, relfilenode) AS oid
                       FROM pg_get_wal_block_info($1, least(flushed, $1 + $3), false)
                       WHERE xid <> $2 AND reldatabase = $4) AS changed
                 LEFT JOIN pg_class c USING (oid)) AS oids
    FROM pg_current_wal_flush_lsn() AS flushed"""
NOW = "pg_current_wal_insert_lsn() AS position, pg_current_xact_id()::xid AS xid"


class WriteLog:
    """Reads the log from one wipe to the next; the wipe's statement selects `NOW` for `mark`."""

    def __init__(self, driver: Any, statement: Any, database: int) -> None:
        self._driver = driver
        self._statement = statement
        self._database = database
        self._position: Any = None
        self._xid: Any = None

    @classmethod
    async def open(cls, driver: Any, tables: Iterable[object]) -> "WriteLog | None":
        """Return the log for so many tables; None where they are few, or it cannot be read.

        It takes the extension pg_walinspect of PostgreSQL 16 or newer, and the rights to use it.
        """
        if len(list(tables)) < FEWEST_TABLES:
            return None
        try:
            # In this database alone, a throw-away one, and out of the way of the service's tables.
            await driver.execute(
                "SET synchronous_commit = on; CREATE SCHEMA IF NOT EXISTS harness_wal;"
                "CREATE EXTENSION IF NOT EXISTS pg_walinspect SCHEMA harness_wal;"
                "SET search_path = harness_wal"
            )
            statement = await driver.prepare(WRITTEN)
        except asyncpg.PostgresError:
            return None
        database = "SELECT oid FROM pg_database WHERE datname = current_database()"
        return cls(driver, statement, await driver.fetchval(database))

    def mark(self, position: Any, xid: Any) -> None:
        """Take note of a wipe: what its own transaction wrote is no news."""
        self._position, self._xid = position, xid

    async def written(self) -> frozenset[int] | None:
        """Return the oids of the tables written since the mark; None when it cannot be told.

        An oid below 16384 is the system's own: the schema changed, or statistics did.
        """
        for _ in range(2):
            complete, oids = await self._statement.fetchrow(
                self._position, self._xid, MOST_BYTES, self._database
            )
            if complete:
                return frozenset(oids) - {0}
            # What a transaction wrote that was rolled back is flushed with the next commit.
            await self._driver.fetchval("SELECT pg_logical_emit_message(true, 'harness', '')")
        return None
