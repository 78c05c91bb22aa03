"""The wiper: deletes what a test left, on a connection kept for it."""

from collections.abc import Collection
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from ..administration import INCARNATION, LIMITS
from ..errors import SeededRowsError
from ..outage.signs import LOST
from . import others
from .catalogue import MIGRATIONS_TABLES, SEQUENCES, Catalogue, Table, View, read_catalogue
from .errors import KeptTablesError
from .log import find_log
from .shape import changes, read_shape
from .statement import CALL, NEWEST, SEPARATOR, dirty, function, seen
from .thorough import remember, wipe_thoroughly
from .wiped import Wiped

# Its name, where it stood, and whether it had been used.
Sequence = tuple[str, int, bool]


class Wiper:
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
        self._shape: dict[str, str] = {}
        self._expected: tuple[str, ...] | list[str] = ()
        self.sequences: list[Sequence] = []
        self.incarnation = ""
        self._statement: Any = None

    @classmethod
    async def open(
        cls, url: str, kept: Collection[str], sequences: Collection[Sequence] = ()
    ) -> "Wiper":
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
        await remember(self._driver, self._catalogue.kept)
        log = await find_log(self._driver, self._catalogue.wiped)
        await self._driver.execute(function(self._catalogue, log))
        self._shape = await read_shape(self._driver)
        self._expected = await self._driver.fetchval(seen(self._catalogue))
        before = {name: (value, called) for name, value, called in self.sequences}
        self.sequences = [
            (name, *before.get(name, (value, called)))
            for name, value, called in await self._driver.fetch(SEQUENCES)
        ]
        self.incarnation = await self._driver.fetchval(INCARNATION)
        self._statement = await self._driver.prepare(CALL)

    async def check(self) -> None:
        """Raise if rows would be lost, or if there is no table of a name to be kept."""
        known = {name for table in self._catalogue.kept for name in table.names}
        if missing := set(self._names) - MIGRATIONS_TABLES - known:
            raise KeptTablesError(sorted(missing))
        full = {row["oid"] for row in await self._driver.fetch(dirty(self._catalogue.wiped))}
        if seeded := [table.full for table in self._catalogue.wiped if table.oid in full]:
            raise SeededRowsError(seeded)

    async def wipe(self, *, look_closer: bool = False) -> Wiped:
        """Delete every row; `look_closer` compares the schema as well, whatever it costs."""
        leaks: list[str] = []
        try:
            wiped = await self._statement.fetchval(SEPARATOR.join(self._expected))
        except asyncpg.LockNotAvailableError:
            leaks = await others.end(self._driver, await self._driver.fetch(others.OTHERS))
            wiped = False
        except (asyncpg.UndefinedTableError, asyncpg.ObjectNotInPrerequisiteStateError):
            wiped = False  # a table is gone, or a materialized view has been emptied
            look_closer = True
        if not wiped:
            leaks += await others.end(self._driver, await others.left_open(self._driver))
            newest = await self._driver.fetchval(f"SELECT {NEWEST}")
            look_closer = look_closer or newest != self._expected[0]
        if look_closer and (beyond := changes(self._shape, await read_shape(self._driver))):
            return Wiped(leaks, beyond)
        if not wiped:
            try:
                await self._wipe_thoroughly()
            except LOST:
                raise
            except asyncpg.PostgresError as error:
                return Wiped(leaks, [f"refused to be wiped: {error}"])
        return Wiped(leaks)

    async def _wipe_thoroughly(self) -> None:
        catalogue = self._catalogue
        changed, views = await self._changed()
        full = {row["oid"] for row in await self._driver.fetch(dirty(catalogue.guarded))}
        await wipe_thoroughly(self._driver, catalogue, dirty=full, changed=changed, views=views)
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
