"""Sessions that a test left in an open transaction."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from inspect import currentframe
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import async_session
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import greenlet_spawn

from ..database.engine_guard import exempted
from .code_location import where


class SessionWatch:
    """The sessions in an open transaction, each with the line that began it.

    The events of the class `Session` report the sessions of the app, of the test and of libraries,
    whichever factory made them. A session without a connection holds nothing and is no leak.
    """

    def __init__(self) -> None:
        self._open: WeakKeyDictionary[Session, str] = WeakKeyDictionary()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Listen to every session until the block ends."""
        event.listen(Session, "after_begin", self._after_begin)
        event.listen(Session, "after_transaction_end", self._after_transaction_end)
        try:
            yield
        finally:
            event.remove(Session, "after_begin", self._after_begin)
            event.remove(Session, "after_transaction_end", self._after_transaction_end)

    def note(self) -> None:
        """Count the sessions that are open now as not the test's."""
        self._open.clear()

    @property
    def late(self) -> bool:
        """Whether a session is still in a transaction."""
        return bool(self._open)

    async def close_open(self) -> list[str]:
        """Close the sessions still in a transaction, and return a line for each."""
        leaked = dict(self._open)
        self._open.clear()
        for session in leaked:
            await _close(session)
        return [
            f"{type(async_session(session) or session).__name__} in an open transaction, "
            f"begun at {place}"
            for session, place in leaked.items()
        ]

    def _after_begin(self, session: Session, *_: Any) -> None:
        if not exempted():
            self._open.setdefault(session, where(currentframe()))

    def _after_transaction_end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:  # the outermost: a savepoint has a parent
            self._open.pop(session, None)


async def _close(session: Session) -> None:
    # A lost connection cannot be rolled back, so that only `invalidate` ends the session. A session
    # in use by another task refuses both; its connection is then reported and taken back.
    for end in (session.close, session.invalidate):
        with suppress(SQLAlchemyError):
            await greenlet_spawn(end)
            return
