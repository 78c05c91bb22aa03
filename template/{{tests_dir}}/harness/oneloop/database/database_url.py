"""The name and the URL of a test database."""

import re

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..errors import InvalidURLError, WrongDatabaseError

DRIVER = "postgresql+asyncpg"
BACKENDS = frozenset({"postgresql", "postgres"})


def is_test_database(name: str | None) -> bool:
    """Return whether `name` contains the word `test`: only such a database may lose its rows."""
    return re.search(r"(?:^|[^a-z])tests?(?:[^a-z]|$)", (name or "").lower()) is not None


def server_url(value: str, *, where: str) -> URL:
    """Read the URL of a test database, with any driver, for asyncpg."""
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
