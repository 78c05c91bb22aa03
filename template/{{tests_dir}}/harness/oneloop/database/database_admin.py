"""The connection from which databases are made and dropped, and by which the server is asked."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from ..errors import DatabaseUnreachableError

# A server that is frozen, or behind a network that swallows all, would be waited for for ever.
CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0
LIMITS = {"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS}


@asynccontextmanager
async def administer(server: URL) -> AsyncIterator[AsyncConnection]:
    """Connect to the database `postgres` of a server; each wait for it has an end.

    The base database need not exist: every cluster has `postgres` to administer from.
    """
    engine = create_async_engine(
        server.set(database="postgres"),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=LIMITS,
    )
    try:
        connection = await engine.connect()
    except (OSError, DBAPIError, TypeError, ValueError) as error:
        raise _unreachable(server, error) from None
    try:
        yield connection
    except DBAPIError as error:
        if error.connection_invalidated:
            raise _unreachable(server, error) from error
        raise
    finally:
        await connection.close()
        await engine.dispose()


def _unreachable(server: URL, error: Exception) -> DatabaseUnreachableError:
    driver = getattr(error, "orig", None)
    return DatabaseUnreachableError(str(server), str(driver or error) or type(error).__name__)


# Which of them comes is a matter of milliseconds.
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


def is_connection_lost(error: BaseException) -> bool:
    """Return whether `error`, or anything that caused it, is of a connection that is gone."""
    return any(isinstance(one, (*CONNECTION_LOST, DatabaseUnreachableError)) for one in _all(error))


def _all(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
        yield one
