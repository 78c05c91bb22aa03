"""Sessions that a test left in an open transaction."""

from contextlib import AbstractContextManager, suppress
from inspect import currentframe
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import async_session
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import greenlet_spawn

from ..database.engine_guard import exempted, listening
from .code_location import where


class SessionWatch:
    """The sessions in an open transaction, each with the line that began it.

    The events of the class `Session` report the sessions of the app, of the test and of libraries,
    whichever factory made them. A session without a connection holds nothing and is no leak.
    """

    def __init__(self) -> None:
        self._open: WeakKeyDictionary[Session, str] = WeakKeyDictionary()

    def watched(self) -> AbstractContextManager[None]:
        """Listen to every session until the block ends."""
        return listening(
            Session,
            after_begin=self._after_begin,
            after_transaction_end=self._after_transaction_end,
        )

    def note(self) -> None:
        """Count the sessions that are open now as not the test's."""
        self._open.clear()

    @property
    def late(self) -> bool:
        """Whether a session is still in a transaction."""
        # The end of a transaction is not reported if its connection was lost.
        return any(session.in_transaction() for session in self._open)

    async def close_open(self) -> list[str]:
        """Close the sessions still in a transaction, and return a line for each."""
        leaked = {each: line for each, line in self._open.items() if each.in_transaction()}
        self._open.clear()
        for session in leaked:
            await _close(session)
        return [
            f"{type(async_session(session) or session).__name__} in an open transaction, "
            f"begun at {line}"
            for session, line in leaked.items()
        ]

    # A transaction with a parent is a savepoint.

    def _after_begin(self, session: Session, transaction: SessionTransaction, _: Any) -> None:
        if transaction.parent is None and not exempted():
            self._open[session] = where(currentframe())

    def _after_transaction_end(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            self._open.pop(session, None)


async def _close(session: Session) -> None:
    # A lost connection cannot be rolled back, so that only `invalidate` ends the session. A session
    # in use by another task refuses both; its connection is then reported and taken back.
    for end in (session.close, session.invalidate):
        with suppress(SQLAlchemyError):
            await greenlet_spawn(end)
            return
