"""The connection from which databases are made and dropped, and by which the server is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from .errors import DatabaseUnreachableError

# A server that is frozen, or behind a network that swallows all, would be waited for for ever.
CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0
LIMITS = {"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS}

# After a crash of one of its processes the server has the same start, and new statistics.
INCARNATION = """
    SELECT concat_ws(' ', pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter))"""
CANNOT_CONNECT_NOW = "57P03"  # it starts, recovers from a crash, or shuts down
RECOVERY_SECONDS = 20.0
ABSENT_SECONDS = 1.0
POLL_SECONDS = 0.05


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


async def read_incarnation(server: URL) -> str:
    """Return what differs after each restart of the server; wait for one that is coming back.

    Raise `DatabaseUnreachableError` when it does not.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        try:
            async with administer(server) as connection:
                return str(await connection.scalar(text(INCARNATION)))
        except DatabaseUnreachableError as error:
            patience = RECOVERY_SECONDS if error.coming_back else ABSENT_SECONDS
            if loop.time() - began > patience:
                raise
        await asyncio.sleep(POLL_SECONDS)


def _unreachable(server: URL, error: Exception) -> DatabaseUnreachableError:
    driver = getattr(error, "orig", None)
    reason = str(driver or error) or type(error).__name__
    coming_back = getattr(driver, "sqlstate", None) == CANNOT_CONNECT_NOW
    return DatabaseUnreachableError(str(server), reason, coming_back=coming_back)
