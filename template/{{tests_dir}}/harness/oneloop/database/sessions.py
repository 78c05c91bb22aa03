"""The test's own session: a row is never stale."""

import sys
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession


class FreshSession(AsyncSession):
    """The test's own session: a row it has read before is read again, never served from memory.

    Catches the false failure of an assertion on a row that a request has changed meanwhile.
    """

    async def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return the row of that primary key as it stands in the database now, or None."""
        return await super().get(entity, ident, **{"populate_existing": True, **options})

    async def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Return the row of that primary key as it stands now; raise `NoResultFound` if none."""
        return await super().get_one(entity, ident, **{"populate_existing": True, **options})

    async def close(self) -> None:
        """Close the session; a lost connection is invalidated, since its rollback fails."""
        try:
            await super().close()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            await self.invalidate()


def session_class() -> type[FreshSession]:
    """Return the class of the test's session: where SQLModel is in use, one with its `exec` too."""
    sqlmodel = sys.modules.get("sqlmodel.ext.asyncio.session")
    if sqlmodel is None:
        return FreshSession
    return type("FreshSession", (FreshSession, sqlmodel.AsyncSession), {})
