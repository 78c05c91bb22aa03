"""Connections that a test checked out of a pool and did not return, or returned with what their sessions keep."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from functools import lru_cache
from inspect import currentframe
from typing import Any
from unittest.mock import patch
from weakref import ReferenceType, ref

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from ..app.running_app import held_by_app, of_app
from ..database.engine_guard import exempted, listening
from .code_location import where

# What outlives a transaction: settings, locks, LISTEN, temporary tables, cursors. A function may do any of it.
KEEPS = re.compile(
    r"(?:^|;|\*/|--[^\n]*\n)\s*(?:SET\s+(?!LOCAL|TRANSACTION|CONSTRAINTS)|RESET|LISTEN|PREPARE\s+(?!TRANSACTION)"
    r"|DECLARE|LOAD|DO|CALL|CREATE\s+(?:OR\s+REPLACE\s+)?(?:\w+\s+)?TEMP"
    r"|SELECT\s+(?!.*\bFROM\s+[\w.\"]+(?![\w.\"(]))(?!pg_|nextval|now|version|current_).*\()"
    r"|\bset_config\(|_advisory_(?!xact|unlock)|\bINTO\s+(?:UNLOGGED\s+)?TEMP|\bpg_temp\.",
    re.IGNORECASE | re.DOTALL,
)
LOCAL = re.compile(r"\A(?!.*\bfalse\b).*\bset_config\(.*\btrue\b", re.IGNORECASE | re.DOTALL)
LOCKS = """SELECT count(*), pg_advisory_unlock_all()
    FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"""
KEPT = "oneloop_kept"
# A connection in use, and where it was checked out. It is weak, so that the pool's own finalizer still works.
CheckedOut = tuple[ReferenceType[PoolProxiedConnection], str]
_keeps = lru_cache(1000)(KEEPS.search)


class CheckedOutConnections:
    def __init__(self, in_older_task: Callable[[], bool]) -> None:
        self._in_older_task = in_older_task
        self._out: dict[ConnectionPoolEntry, CheckedOut] = {}
        self._dropped: list[CheckedOut] = []
        self._kept: dict[ConnectionPoolEntry, str] = {}

    def watched(self) -> tuple[AbstractContextManager[Any], ...]:
        pools = listening(Pool, checkout=self._checkout, checkin=self._checkin, detach=self._checkin)
        drivers = ((AsyncConnection, "get_raw_connection"), (AsyncEngine, "raw_connection"))
        marking = [patch.object(kind, name, _marking(getattr(kind, name))) for kind, name in drivers]
        return pools, listening(Engine, after_cursor_execute=self._executed), *marking

    def note(self) -> None:
        self._out.clear()
        self._dropped.clear()

    @property
    def late(self) -> bool:
        return bool(self._out or self._dropped or self._kept)

    async def take_back(self) -> list[str]:
        leaked = [*self._out.values(), *self._dropped]
        self.note()
        for out, _ in leaked:
            if (connection := out()) is not None:
                # It may be in the middle of a statement, so it does not go back to the pool.
                with suppress(Exception):
                    await greenlet_spawn(connection.invalidate)
        lines = [f"a connection to the database, checked out at {place} and never given back" for _, place in leaked]
        kept, self._kept = self._kept, {}
        locks = [await greenlet_spawn(_close, entry, place) for entry, place in kept.items()]
        return lines + [line for line in locks if line]

    def _checkout(self, _driver: Any, entry: ConnectionPoolEntry, connection: PoolProxiedConnection) -> None:
        self._kept.pop(entry, None)
        if of_app.get():
            held_by_app.add(entry)
        elif not (exempted.get() or self._in_older_task()):
            self._out[entry] = ref(connection), where(currentframe())

    def _checkin(self, _driver: Any, entry: ConnectionPoolEntry) -> None:
        held_by_app.discard(entry)
        out = self._out.pop(entry, None)
        if out is not None and out[0]() is None:
            self._dropped.append(out)  # the garbage collector returned it
        elif KEPT in entry.info:
            self._kept[entry] = entry.info[KEPT]

    def _executed(self, connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if connection.dialect.name != "postgresql" or not _keeps(statement) or exempted.get() or of_app.get():
            return
        if not LOCAL.search(f"{statement} {parameters!r}") and ("advisory" in statement or KEPT not in connection.info):
            connection.info[KEPT] = where(currentframe())


def _marking(original: Callable[[Any], Awaitable[PoolProxiedConnection]]) -> Callable[[Any], Awaitable[Any]]:
    """Mark a connection whose driver's own methods some code has: no event shows what they do, such as LISTEN."""

    async def raw_connection(self: AsyncConnection | AsyncEngine) -> PoolProxiedConnection:
        connection = await original(self)
        if not (exempted.get() or of_app.get()) and self.dialect.name == "postgresql":
            connection.info.setdefault(KEPT, where(currentframe()))
        return connection

    return raw_connection


def _close(entry: ConnectionPoolEntry, place: str) -> str:
    line = ""
    with suppress(Exception):  # it may be closed
        assert entry.dbapi_connection is not None
        cursor = entry.dbapi_connection.cursor()
        cursor.execute(LOCKS)
        if (row := cursor.fetchone()) and row[0]:
            line = f"an advisory lock, taken at {place} and kept on a connection that was given back"
    entry.invalidate()
    return line
