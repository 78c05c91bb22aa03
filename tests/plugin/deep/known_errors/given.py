"""What an error is brought about with, and what takes one that nobody can catch."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import pytest
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    create_async_engine,
)


class Given(NamedTuple):
    """An engine on the test's database, and what pytest knows of the test."""

    engine: AsyncEngine
    request: pytest.FixtureRequest

    @asynccontextmanager
    async def own_engine(self, **options: Any) -> AsyncIterator[AsyncEngine]:
        """Yield another engine on the database: its first connection has to be waited for."""
        engine = create_async_engine(self.engine.url, **options)
        try:
            yield engine
        finally:
            await engine.dispose()

    async def driver(self, connection: AsyncConnection) -> Any:
        """Return asyncpg's own connection."""
        return (await connection.get_raw_connection()).driver_connection

    def session(self) -> AsyncSession:
        """Return a new session."""
        return AsyncSession(self.engine)


Provoke = Callable[[Given], Awaitable[object]]
Provoked = tuple[tuple[str, Provoke], ...]


@contextmanager
def unraisable() -> Iterator[list[BaseException]]:
    """Yield a list that fills with what cannot be raised until the block ends."""
    raised: list[BaseException] = []

    def keep(found: "sys.UnraisableHookArgs") -> None:
        if found.exc_value is not None:
            raised.append(found.exc_value)

    before, sys.unraisablehook = sys.unraisablehook, keep
    try:
        yield raised
    finally:
        sys.unraisablehook = before
