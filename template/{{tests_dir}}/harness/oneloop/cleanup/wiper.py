"""The wiper: deletes what a test left, on a connection kept for it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, NamedTuple, Protocol

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from ..database.database_admin import CONNECTION_LOST, LIMITS
from ..errors import KeptTablesError, SeededRowsError
from . import open_transactions
from .catalogue import MIGRATIONS_TABLES, SEQUENCES, Catalogue, Table, View, read_catalogue
from .schema_digest import read_digests, schema_changes
from .wipe_statements import (
    CALL,
    NEWEST,
    SEPARATOR,
    copy_kept_rows,
    dirty,
    function,
    seen,
    wipe_everything,
)


class Sequence(NamedTuple):
    """A sequence: its quoted name, its last value, and whether that was handed out."""

    name: str
    value: int
    called: bool


@dataclass(frozen=True)
class WipeResult:
    """A line for each connection that was terminated, and for each change that no wipe undoes."""

    leaks: list[str] = field(default_factory=list)
    schema_changes: list[str] = field(default_factory=list)


class Wiper(Protocol):
    """Deletes the rows of one database, but for those of the kept tables, which it restores."""

    @property
    def sequences(self) -> list[Sequence]:
        """Where each sequence started."""
        ...

    async def prepare(self) -> None:
        """Read the state that a wipe has to restore."""
        ...

    async def wipe(self, *, compare_schema: bool = False) -> WipeResult:
        """Delete every row; with `compare_schema`, look for changes of the schema as well."""
        ...

    async def restart_sequences(self) -> None:
        """Let each sequence start where it was when the wiper was prepared."""
        ...

    async def close(self) -> None:
        """Close the wiper's connection."""
        ...


async def open_wiper(url: str, kept: Collection[str], sequences: Collection[Sequence]) -> Wiper:
    """Return what wipes the database at `url`."""
    if make_url(url).get_backend_name() == "sqlite":
        sqlite = import_module("..sqlite", __package__)  # rendered only where it is used
        wiper: Wiper = await sqlite.SqliteWiper.open(url, kept, sequences)
        return wiper
    return await PostgresWiper.open(url, kept, sequences)


class PostgresWiper:
    """Deletes every row but those of the kept tables, and puts these back as they were.

    The common case is one statement. `wipe` says what it cannot undo, a change of the schema: the
    database is then of no more use.
    """

    def __init__(self, connection: AsyncConnection, driver: Any, kept: Collection[str]) -> None:
        self._connection = connection
        # Below SQLAlchemy, which would add a third to the time of each wipe.
        self._driver = driver
        self._names = kept
        self._catalogue = Catalogue((), (), ())
        self._digests: dict[str, str] = {}
        self._expected: tuple[str, ...] | list[str] = ()
        self.sequences: list[Sequence] = []
        self._statement: Any = None

    @classmethod
    async def open(
        cls, url: str, kept: Collection[str], sequences: Collection[Sequence] = ()
    ) -> "PostgresWiper":
        """Connect to the database at `url`, and refuse it if a table to be wiped holds rows."""
        engine = create_async_engine(
            url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=LIMITS
        )
        connection = await engine.connect()
        try:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            await driver.execute("SET lock_timeout = '500ms'; SET statement_timeout = 0")
            wiper = cls(connection, driver, kept)
            wiper.sequences = list(sequences)
            await wiper.prepare()
            await wiper.check()
        except BaseException:
            await connection.close()
            raise
        return wiper

    async def prepare(self) -> None:
        """Take the database as it is now for what it has to be after each test."""
        self._catalogue = await read_catalogue(self._driver, self._names)
        await copy_kept_rows(self._driver, self._catalogue.kept)
        await self._driver.execute(function(self._catalogue))
        self._digests = await read_digests(self._driver)
        self._expected = await self._driver.fetchval(seen(self._catalogue))
        found = [Sequence(*row) for row in await self._driver.fetch(SEQUENCES)]
        before = {sequence.name: sequence for sequence in self.sequences}
        self.sequences = [before.get(sequence.name, sequence) for sequence in found]
        self._statement = await self._driver.prepare(CALL)

    async def check(self) -> None:
        """Raise if rows would be lost, or if there is no table of a name to be kept."""
        known = {name for table in self._catalogue.kept for name in table.names}
        if missing := set(self._names) - MIGRATIONS_TABLES - known:
            raise KeptTablesError(sorted(missing))
        full = {row["oid"] for row in await self._driver.fetch(dirty(self._catalogue.wiped))}
        if seeded := [table.full for table in self._catalogue.wiped if table.oid in full]:
            raise SeededRowsError(seeded)

    async def wipe(self, *, compare_schema: bool = False) -> WipeResult:
        """Delete every row; with `compare_schema`, look for changes of the schema as well."""
        leaks: list[str] = []
        try:
            wiped = await self._statement.fetchval(SEPARATOR.join(self._expected))
        except asyncpg.LockNotAvailableError:
            others = await self._driver.fetch(open_transactions.OTHERS)
            leaks = await open_transactions.terminate(self._driver, others)
            wiped = False
        except (asyncpg.UndefinedTableError, asyncpg.ObjectNotInPrerequisiteStateError):
            wiped = False  # a table is gone, or a materialized view has been emptied
            compare_schema = True
        if not wiped:
            left = await open_transactions.left_open(self._driver)
            leaks += await open_transactions.terminate(self._driver, left)
            newest = await self._driver.fetchval(f"SELECT {NEWEST}")
            compare_schema = compare_schema or newest != self._expected[0]
        if compare_schema:
            found = schema_changes(self._digests, await read_digests(self._driver))
            if found:
                return WipeResult(leaks, found)
        if not wiped:
            try:
                await self._wipe_everything()
            except CONNECTION_LOST:
                raise
            except asyncpg.PostgresError as error:
                return WipeResult(leaks, [f"refused to be wiped: {error}"])
        return WipeResult(leaks)

    async def _wipe_everything(self) -> None:
        catalogue = self._catalogue
        changed, views = await self._changed()
        full = {row["oid"] for row in await self._driver.fetch(dirty(catalogue.guarded))}
        await wipe_everything(self._driver, catalogue, dirty=full, changed=changed, views=views)
        self._expected = await self._driver.fetchval(seen(catalogue))

    async def _changed(self) -> tuple[list[Table], list[View]]:
        catalogue = self._catalogue
        kept = len(catalogue.kept)
        try:
            now = await self._driver.fetchval(seen(catalogue))
        except asyncpg.ObjectNotInPrerequisiteStateError:
            return list(catalogue.kept), list(catalogue.views)
        differs = [was != is_ for was, is_ in zip(self._expected, now, strict=True)][1:]
        return (
            [table for table, one in zip(catalogue.kept, differs[:kept], strict=True) if one],
            [view for view, one in zip(catalogue.views, differs[kept:], strict=True) if one],
        )

    async def restart_sequences(self) -> None:
        """Set each sequence to where it stood when the wiper looked."""
        await self._driver.executemany("SELECT setval($1::regclass, $2, $3)", self.sequences)

    async def close(self) -> None:
        """Give the connection back; the wiper is of no use after it."""
        await self._connection.close()
