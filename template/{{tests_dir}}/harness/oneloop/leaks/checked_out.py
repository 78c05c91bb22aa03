"""Connections that a test checked out of a pool, of any engine, and did not return."""

from contextlib import AbstractContextManager, suppress
from inspect import currentframe
from typing import Any, NamedTuple
from weakref import ReferenceType, ref

from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from ..database.engine_guard import exempted, listening
from .code_location import where


class CheckedOut(NamedTuple):
    """A connection in use. The reference is weak, so that the pool's own finalizer still works."""

    connection: ReferenceType[PoolProxiedConnection]
    where: str


class CheckedOutConnections:
    """The connections in use, of every engine of the process.

    Catches the pool that runs dry in production after the tenth request.
    """

    def __init__(self) -> None:
        self._out: dict[ConnectionPoolEntry, CheckedOut] = {}
        self._dropped: list[CheckedOut] = []

    def watched(self) -> AbstractContextManager[None]:
        return listening(Pool, checkout=self._checkout, checkin=self._checkin, detach=self._checkin)

    def note(self) -> None:
        self._out.clear()
        self._dropped.clear()

    @property
    def late(self) -> bool:
        """Whether a connection is still in use, or was dropped and collected as garbage."""
        return bool(self._out or self._dropped)

    async def take_back(self) -> list[str]:
        """Close the connections that are still in use, and return a line for each."""
        leaked = [*self._out.values(), *self._dropped]
        self.note()
        for out in leaked:
            connection = out.connection()
            if connection is not None:
                # It may be in the middle of a statement, so it does not go back to the pool.
                with suppress(Exception):
                    await greenlet_spawn(connection.invalidate)
        return [f"a connection to the database, checked out at {out.where} and never given back" for out in leaked]

    def _checkout(self, _driver: Any, entry: ConnectionPoolEntry, connection: PoolProxiedConnection) -> None:
        if not exempted():
            self._out[entry] = CheckedOut(ref(connection), where(currentframe()))

    def _checkin(self, _driver: Any, entry: ConnectionPoolEntry) -> None:
        out = self._out.pop(entry, None)
        if out is not None and out.connection() is None:
            self._dropped.append(out)  # the garbage collector returned it
