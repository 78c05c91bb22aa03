"""The seam: the fixtures by which `tests/conftest.py` tells the plugin about its service."""

from collections.abc import Mapping
from typing import Any, Protocol

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

# What each returns. All have session scope except `dependency_overrides`.
FIXTURES = {
    "settings": "the app's settings, with `database_url` as its database",
    "create_app": "a callable that takes those settings and returns the FastAPI app",
    "session_factory_dependency": "the dependency that returns the session factory",
    "metadata": "the SQLAlchemy `MetaData` of the models",
    "migrate": "a `Migrate`",
    "roles": "the names of the roles, the most powerful first",
    "create_user": "a `CreateUser`",
    "login": "a `Login`; the default posts to /api/auth/login",
    "password_hasher": "the app's password hasher at its lowest cost",
    "dependency_overrides": "overrides to apply to the app for each test; by default none",
    "kept_tables": "tables whose rows stay, because a migration inserts them; by default none",
}
NAMES = frozenset(FIXTURES)


class CreateUser(Protocol):
    """Adds a user to the session, flushes it and returns it; it must have the attribute `email`.

    The plugin commits.
    """

    async def __call__(self, session: AsyncSession, *, role: Any, email: str, username: str, password: str) -> Any: ...


class Migrate(Protocol):
    """Migrates the database at `url` to `head`, or down to `base`, where no migration has run.

    It runs in a thread of its own, where it may start a loop. A service whose migrations have no downgrade ignores
    `base`.
    """

    def __call__(self, url: str, revision: str = "head") -> None: ...


class Login(Protocol):
    """Signs a client in: returns the headers to add to its requests. Cookies stay on the client."""

    async def __call__(self, client: AsyncClient, email: str, password: str) -> Mapping[str, str]: ...
