"""The wipe: one statement that deletes every row, prepared once on a connection of its own."""

from collections.abc import Collection
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from .errors import SeededRowsError

MIGRATIONS_TABLES = frozenset({"alembic_version"})

# Partitions go with their parent; what an extension owns is the extension's.
TABLES = text("""
    SELECT c.relname AS name, n.nspname || '.' || c.relname AS full, c.relkind::text AS kind,
           format('%I.%I', n.nspname, c.relname) AS quoted
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
      AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                      AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY quoted""")
OTHERS = """
    SELECT pid, state, left(query, 120) AS query FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
      AND backend_type = 'client backend'"""
LEFT_OPEN = f"{OTHERS} AND state LIKE 'idle in transaction%'"
TERMINATE = text("SELECT pg_terminate_backend(:pid)")


class Wiper:
    """Deletes every row but those of the kept tables.

    One statement, since foreign keys are checked once at its end: any order, cycles, RESTRICT and
    NO ACTION pass. TRUNCATE takes a hundred times as long on small tables.
    """

    def __init__(self, connection: AsyncConnection, kept: Collection[str]) -> None:
        self._connection = connection
        self._kept = MIGRATIONS_TABLES | set(kept)
        self._statement: Any = None

    @classmethod
    async def open(cls, url: str, kept: Collection[str]) -> "Wiper":
        """Connect to the database at `url`, and refuse it if a table to be wiped holds rows."""
        engine: AsyncEngine = create_async_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        ).execution_options(harness=True)
        connection = await engine.connect()
        await connection.exec_driver_sql("SET lock_timeout = '500ms'")
        await connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        wiper = cls(connection, kept)
        await wiper.prepare()
        return wiper

    async def prepare(self) -> None:
        """Read which tables there are, and write the statement; tables not kept must be empty."""
        tables = [
            row
            for row in await self._connection.execute(TABLES)
            if row.name not in self._kept and row.full not in self._kept
        ]
        if self._statement is None:
            seeded = [row.full for row in tables if await self._has_rows(row.quoted)]
            if seeded:
                raise SeededRowsError(seeded)
        deletes = ", ".join(
            f"d{number} AS (DELETE FROM {'ONLY ' if row.kind == 'r' else ''}{row.quoted})"
            for number, row in enumerate(tables)
        )
        # At the driver, below SQLAlchemy, which would add a third to the time of each wipe. The
        # same round trip tells of transactions that somebody left open.
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        self._statement = await driver.prepare(
            f"WITH {deletes} {LEFT_OPEN}" if deletes else LEFT_OPEN
        )

    async def _has_rows(self, quoted: str) -> bool:
        query = f"SELECT EXISTS (SELECT FROM {quoted})"
        return bool((await self._connection.exec_driver_sql(query)).scalar())

    async def wipe(self) -> list[str]:
        """Delete every row; return what stood in the way, a line for each back end ended."""
        try:
            others = await self._statement.fetch()
        except asyncpg.UndefinedTableError:
            await self.prepare()
            return await self.wipe()
        except asyncpg.LockNotAvailableError:
            others = list((await self._connection.exec_driver_sql(OTHERS)).mappings())
        if others:
            for other in others:
                await self._connection.execute(TERMINATE, {"pid": other["pid"]})
            await self._statement.fetch()
        return [f"a transaction, {row['state']} after: {row['query']!r}" for row in others]

    async def close(self) -> None:
        """Give the connection back; the wiper is of no use after it."""
        await self._connection.close()
