"""The test's own session: a row is never stale."""

import sys
from collections.abc import Awaitable, Callable
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
        """Give the connection back; of one that was lost, nothing is left to give."""
        await close(self, super().close)


async def close(session: AsyncSession, ordinary: Callable[[], Awaitable[None]]) -> None:
    """Close `session` as is `ordinary`; the roll back of a connection that was lost fails."""
    try:
        await ordinary()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await session.invalidate()


def session_class() -> type[FreshSession]:
    """Return the class of the test's session: where SQLModel is in use, one with its `exec` too."""
    sqlmodel = sys.modules.get("sqlmodel.ext.asyncio.session")
    if sqlmodel is None:
        return FreshSession
    return type("FreshSession", (FreshSession, sqlmodel.AsyncSession), {})
