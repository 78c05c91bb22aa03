"""What the environment and `.env` say, and whether the database that they name answers."""

import asyncio
import socket
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ..database.database_url import DRIVER, for_asyncpg
from .command_errors import DatabaseUnreachableError, DatabaseUrlError, PortError

DATABASE = "DATABASE_URL"
SECRET = "SECRET_KEY"
CONNECT_SECONDS = 5.0


class Given:
    """The variables of the environment and, below them, of the project's `.env`."""

    def __init__(self, project: Path, environment: Mapping[str, str]) -> None:
        self._sources = {
            "the environment": _by_upper_name(environment),
            ".env": _by_upper_name(dotenv_values(project / ".env")),
        }

    def __getitem__(self, name: str) -> str | None:
        """Return a variable, by its name in capitals; None when it is missing or empty."""
        source = self.source(name)
        return self._sources[source][name] if source else None

    def source(self, name: str) -> str | None:
        """Return where the variable is from."""
        return next((source for source, values in self._sources.items() if values.get(name)), None)


def _by_upper_name(values: Mapping[str, str | None]) -> dict[str, str]:
    # As pydantic-settings does: the case of a name does not matter.
    return {name.upper(): value for name, value in values.items() if value}


def check_database(value: str, source: str) -> None:
    """Connect once, so that a wrong DATABASE_URL ends as a sentence and not as a traceback."""
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise DatabaseUrlError(source) from None
    if url.drivername not in {"postgres", "postgresql", DRIVER}:
        raise DatabaseUrlError(source)
    url = for_asyncpg(url)
    try:
        asyncio.run(asyncio.wait_for(_connect(url), CONNECT_SECONDS))
    except TimeoutError:
        raise DatabaseUnreachableError(
            source, str(url), f"no answer within {CONNECT_SECONDS:.0f} s"
        ) from None
    except (OSError, TypeError, ValueError, SQLAlchemyError) as error:
        reason = str(getattr(error, "orig", error)).split(">: ")[-1]
        raise DatabaseUnreachableError(source, str(url), reason) from None


async def _connect(url: URL) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect():
            pass
    finally:
        await engine.dispose()


def check_port(host: str, port: int) -> None:
    """Listen for a moment, so that a taken port is a sentence before anything is started."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or str(error)).split(" (while")[0]
        raise PortError(host, port, reason) from None
