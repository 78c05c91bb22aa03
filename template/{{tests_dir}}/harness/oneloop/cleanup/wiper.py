"""The wiper: deletes what a test left, on a connection of its own."""

import asyncio
import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import make_url

from ..app.running_app import held_by_app
from ..database.database_admin import CONNECTION_LOST, LIMITS
from ..errors import ProtectedRowsError, SeededRowsError
from . import catalogue, wipe_statements
from .catalogue import Catalogue, Sequence, Table
from .schema_digest import read_digests, schema_changes

GRACE_SECONDS, GRACE_OF_APP, POLL_SECONDS = 0.1, 5.0, 0.01


@dataclass(frozen=True)
class WipeResult:
    leaks: list[str] = field(default_factory=list)  # a line for each connection that was terminated
    schema_changes: list[str] = field(default_factory=list)  # that no wipe undoes


class PostgresWiper:
    """Deletes every row except those of the kept tables, and restores these: one prepared call in the common case."""

    _catalogue: Catalogue
    _digests: dict[str, str]
    _fingerprint: str
    _call: Any
    sequences: list[Sequence]

    def __init__(self, driver: Any, kept: Collection[str]) -> None:
        # A connection of asyncpg itself: SQLAlchemy would add a third to the time of each wipe.
        self._driver, self._kept = driver, kept

    @classmethod
    async def open(cls, url: str, kept: Collection[str], *, lift: bool = True) -> "PostgresWiper":
        """Connect, and refuse tables with rows or with a protection; `lift` lifts that of own tables, and is slow."""
        named = make_url(url).difference_update_query(["prepared_statement_cache_size"])  # SQLAlchemy's own
        _, options = named.get_dialect()().create_connect_args(named)
        wiper = cls(await asyncpg.connect(**options, **LIMITS), kept)
        try:
            await wiper.prepare()
            await wiper.check(lift=lift)
        except BaseException:
            await wiper.close()
            raise
        return wiper

    async def prepare(self) -> None:
        await self._driver.execute("SET lock_timeout = '500ms'; SET statement_timeout = 0")
        self._catalogue = await catalogue.read_catalogue(self._driver, self._kept)
        for table in self._catalogue.kept:
            await self._driver.execute(wipe_statements.copy_rows(table))
        await self._driver.execute(wipe_statements.wipe_function(self._catalogue))
        self._digests = await read_digests(self._driver)
        self._fingerprint = await self._read_fingerprint()
        self.sequences = [Sequence(**row) for row in await self._driver.fetch(catalogue.SEQUENCES)]
        self._call = await self._driver.prepare(wipe_statements.CALL)

    async def check(self, *, lift: bool = True) -> None:
        tables = self._catalogue.wiped
        if stay := [each.full for each in tables if each.protected and not (lift and each.may_hide_rows)]:
            raise ProtectedRowsError(await self._driver.fetchval("SELECT current_user"), stay)
        if seeded := await self._with_rows(tables):
            raise SeededRowsError([table.full for table in seeded])

    async def wipe(self, *, compare_schema: bool = False) -> WipeResult:
        """Delete every row, unless the schema has changed, which no wipe restores: the database is to be replaced."""
        leaks: list[str] = []
        wiped = False
        try:
            wiped = await self._call.fetchval(self._fingerprint)
        except asyncpg.LockNotAvailableError:
            leaks = await self._terminate(await self._read_open(wipe_statements.OTHERS))
        except CONNECTION_LOST:
            raise
        except asyncpg.PostgresError:  # such as of a table that was dropped, or a right that was revoked
            compare_schema = True
        if not wiped:
            leaks += await self._terminate(await self._read_open(wipe_statements.LEFT_OPEN))
            newest = await self._driver.fetchval(f"SELECT {wipe_statements.NEWEST_OID}")
            compare_schema |= newest != json.loads(self._fingerprint)[wipe_statements.NEWEST]
        if compare_schema and (changes := schema_changes(self._digests, await read_digests(self._driver))):
            return WipeResult(leaks, changes)
        try:
            if not wiped:
                await self._full_wipe()
        except CONNECTION_LOST:
            raise
        except asyncpg.PostgresError as error:
            return WipeResult(leaks, [f"refused to be wiped: {error}"])
        return WipeResult(leaks)

    async def _read_open(self, query: str) -> list[Mapping[str, Any]]:
        """Return the transactions that stay for a while: the app, working on a queue, may be in the middle of one."""
        left: list[Mapping[str, Any]] = await self._driver.fetch(query)
        waited = 0.0
        while left and waited < (GRACE_OF_APP if held_by_app else GRACE_SECONDS):
            await asyncio.sleep(POLL_SECONDS)
            waited += POLL_SECONDS
            now = {(row["ending"], row["xact_start"]) for row in await self._driver.fetch(query)}
            left = [row for row in left if (row["ending"], row["xact_start"]) in now]
        return left

    async def _terminate(self, transactions: Collection[Mapping[str, Any]]) -> list[str]:
        for row in transactions:
            await self._driver.execute(row["ending"])
        return [f"a transaction, {row['state']} after: {row['query']!r}" for row in transactions]

    async def _full_wipe(self) -> None:
        before = json.loads(self._fingerprint)
        try:
            now = json.loads(await self._read_fingerprint())
        except asyncpg.ObjectNotInPrerequisiteStateError:  # a materialized view was emptied
            now = {}
        different = {oid for oid, signature in before.items() if now.get(oid) != signature}
        script = wipe_statements.full_wipe(
            self._catalogue,
            guarded=await self._with_rows(self._catalogue.guarded),
            changed=[table for table in self._catalogue.kept if str(table.oid) in different],
            views=[view for view in self._catalogue.views if str(view.oid) in different],
        )
        async with self._driver.transaction():
            await self._driver.execute(script)
        self._fingerprint = await self._read_fingerprint()

    async def _with_rows(self, tables: Collection[Table]) -> list[Table]:
        rows = await self._driver.fetch(wipe_statements.tables_with_rows(tables))
        oids = {row["oid"] for row in rows}
        return [table for table in tables if table.oid in oids]

    async def _read_fingerprint(self) -> str:
        query = f"SELECT {wipe_statements.fingerprint(self._catalogue)}"
        return str(await self._driver.fetchval(query))

    async def restart_sequences(self) -> None:
        await self._driver.executemany("SELECT setval($1::regclass, $2, $3)", self.sequences)

    async def close(self) -> None:
        await self._driver.close()


async def open_wiper(urls: list[str], kept: Collection[str]) -> PostgresWiper:
    """Return the wiper of a database, as the first role that may wipe it; that of SQLite has the same methods."""
    *others, last = urls
    if make_url(last).get_backend_name() == "sqlite":
        kind: Any = import_module("..sqlite", __package__).SqliteWiper  # rendered only where it is used
        wiper: PostgresWiper = await kind.open(last, kept)
        return wiper
    for url in others:
        with suppress(ProtectedRowsError):
            return await PostgresWiper.open(url, kept, lift=False)
    return await PostgresWiper.open(last, kept)
