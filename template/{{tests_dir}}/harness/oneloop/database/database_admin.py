"""The URL of a test database, and the connection that administers its server."""

import re
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from ..errors import DatabaseUnreachableError, ExtensionError, InvalidURLError, OneloopError, WrongDatabaseError, chain

DRIVER = "postgresql+asyncpg"
BACKENDS = frozenset({"postgresql", "postgres"})
CONNECT_SECONDS = 10.0  # without limits a frozen server would block the run forever
COMMAND_SECONDS = 60.0
LIMITS = {"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS}
SHUT_DOWN = (asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError)
OF_CLIENT = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
CONNECTION_LOST = (*SHUT_DOWN, *OF_CLIENT)


@asynccontextmanager
async def administer(server: URL, database: str = "postgres") -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(
        server.set(database=database), poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=LIMITS
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


async def create_extensions(server: URL, database: str, names: Collection[str]) -> None:
    for name in names:
        try:
            async with administer(server, database) as connection:
                await connection.exec_driver_sql(f'CREATE EXTENSION IF NOT EXISTS "{name}" CASCADE')
        except DBAPIError as error:
            raise refused_extension(error) or OneloopError(f"The extension {name!r} failed: {error.orig}") from error


def refused_extension(error: BaseException) -> ExtensionError | None:
    said = "\n".join(map(str, chain(error)))
    found = re.search(r'extension "([^"\n]+)" is not available|to create extension "([^"\n]+)"', said)
    return ExtensionError(found[1] or found[2], allowed=bool(found[1])) if found else None


def _unreachable(server: URL, error: Exception) -> DatabaseUnreachableError:
    driver = getattr(error, "orig", None)
    return DatabaseUnreachableError(str(server), str(driver or error) or type(error).__name__)


def is_connection_lost(error: BaseException) -> bool:
    return any(isinstance(one, (*CONNECTION_LOST, DatabaseUnreachableError)) for one in chain(error))


def is_test_database(name: str | None) -> bool:
    """Return whether `name` contains the word `test`: only such a database may lose its rows."""
    return re.search(r"(?:^|[^a-z])tests?(?:[^a-z]|$)", (name or "").lower()) is not None


def server_url(value: str, *, where: str) -> URL:
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise InvalidURLError(where) from None
    if url.get_backend_name() not in BACKENDS:
        raise InvalidURLError(where)
    if not is_test_database(url.database):
        raise WrongDatabaseError(url.database, where)
    return for_asyncpg(url)


def for_asyncpg(url: URL) -> URL:
    """Return `url` as asyncpg takes it: its driver, and `ssl` for what libpq calls `sslmode`."""
    query = {"ssl" if name == "sslmode" else name: value for name, value in url.query.items()}
    return url.set(drivername=DRIVER, query=query)
