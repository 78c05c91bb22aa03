"""Connections that were checked out of a pool, of any engine, and not given back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple
from weakref import ReferenceType, ref

from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from ..database.engine_guard import exempted
from .code_location import caller, where


class CheckedOut(NamedTuple):
    """A connection that somebody holds; weak, so that the pool's own finalizer still works."""

    connection: ReferenceType[PoolProxiedConnection]
    where: str


class CheckedOutConnections:
    """The connections that are out, of every engine of the process.

    Catches the pool that runs dry in production after the tenth request. The events of the class
    `Pool` see the app's pool, the test's and one that a test made itself.
    """

    def __init__(self) -> None:
        self._out: dict[ConnectionPoolEntry, CheckedOut] = {}
        self._before: frozenset[ConnectionPoolEntry] = frozenset()
        self._dropped: list[CheckedOut] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen to every pool until the block ends."""
        listeners = (
            ("checkout", self._checkout),
            ("checkin", self._checkin),
            ("detach", self._checkin),
        )
        for name, listener in listeners:
            event.listen(Pool, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners:
                event.remove(Pool, name, listener)

    def note(self) -> None:
        """Take those that are out now for somebody else's: the app's, or a wider fixture's."""
        self._before = frozenset(self._out)
        self._dropped.clear()

    @property
    def late(self) -> bool:
        """Whether a new one is still out, or was dropped and collected as garbage."""
        return bool(self._dropped) or not self._before.issuperset(self._out)

    async def take_back(self) -> list[str]:
        """Close the new ones that are still out, and return a line for each."""
        late = {entry: out for entry, out in self._out.items() if entry not in self._before}
        dropped, self._dropped = self._dropped, []
        for entry, out in late.items():
            self._out.pop(entry, None)
            connection = out.connection()
            if connection is not None:
                # Not given back but closed: it may be in the middle of something.
                with suppress(Exception):
                    await greenlet_spawn(connection.invalidate)
        return [
            f"a connection to the database, checked out at {out.where} and never given back"
            for out in (*late.values(), *dropped)
        ]

    def _checkout(
        self, _driver: Any, entry: ConnectionPoolEntry, connection: PoolProxiedConnection
    ) -> None:
        if not exempted():
            self._out[entry] = CheckedOut(ref(connection), where(caller()))

    def _checkin(self, _driver: Any, entry: ConnectionPoolEntry) -> None:
        out = self._out.pop(entry, None)
        if out is not None and out.connection() is None:
            self._dropped.append(out)  # nobody but the garbage collector gave it back
