"""The test's own session, in which no row is stale."""

import sys
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

AGAIN: dict[str, Any] = {"populate_existing": True}


class FreshSession(AsyncSession):
    """A session that reads a row again instead of returning the one in memory: a request may have changed it."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, expire_on_commit=False)
        event.listen(self.sync_session, "do_orm_execute", lambda each: each.update_execution_options(**AGAIN))
        event.listen(self.sync_session, "after_flush", self._note_flush)
        self._flushed: tuple[Any, int] = None, 0  # the transaction, and its rows

    def _note_flush(self, *_: Any) -> None:
        self._flushed = self.sync_session.get_transaction(), self.uncommitted_rows

    @property
    def uncommitted_rows(self) -> int:
        session, (transaction, flushed) = self.sync_session, self._flushed
        changed = len(session.new) + len(session.deleted) + sum(map(session.is_modified, session.dirty))
        return changed + (flushed if transaction is session.get_transaction() else 0)

    async def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        return await super().get(entity, ident, **(AGAIN | options))

    async def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        return await super().get_one(entity, ident, **(AGAIN | options))

    async def close(self) -> None:
        """Close the session; a lost connection is invalidated, since its rollback fails."""
        try:
            await super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            await self.invalidate()


def session_class() -> type[FreshSession]:
    sqlmodel = sys.modules.get("sqlmodel.ext.asyncio.session")
    if sqlmodel is None:
        return FreshSession
    return type("FreshSession", (FreshSession, sqlmodel.AsyncSession), {})
