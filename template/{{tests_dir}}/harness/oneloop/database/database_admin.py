"""The connection on which databases are made and dropped, and the errors of a lost one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from ..errors import DatabaseUnreachableError

# In seconds. Without them a frozen server would block the run forever.
LIMITS = {"timeout": 10.0, "command_timeout": 60.0}
# Which of them a lost connection raises is a matter of milliseconds.
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


@asynccontextmanager
async def administer(server: URL) -> AsyncIterator[AsyncConnection]:
    """Connect to the database `postgres`, which every server has."""
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


def is_connection_lost(error: BaseException) -> bool:
    """Return whether `error` is a lost connection, was caused by one, or is a group with one."""
    known = [error]
    for each in known:
        inner = (each.__cause__, each.__context__, *getattr(each, "exceptions", ()))
        known += [one for one in inner if one is not None and one not in known]
    return any(isinstance(one, (*CONNECTION_LOST, DatabaseUnreachableError)) for one in known)
