"""The seam: what the fixtures return by which a service tells the plugin about itself.

| fixture | returns |
|---|---|
| `settings` | the app's settings, which name `database_url` |
| `create_app` | a callable that takes those settings and returns the FastAPI app |
| `session_factory_dependency` | the dependency that says where sessions come from |
| `metadata` | the SQLAlchemy `MetaData` of the models |
| `migrate` | a `Migrate` |
| `roles` | the names of the roles, the most powerful first |
| `create_user` | a `CreateUser` |
| `login` | a `Login`; the default posts to /api/auth/login |
| `password_hasher` | the hasher, at minimal cost, for your own factories |
| `dependency_overrides` | overrides of yours, applied to the app for each test; none by default |
| `kept_tables` | tables whose rows stay, since a migration seeds them; none by default |
"""

from collections.abc import Mapping
from typing import Any, Protocol

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

NAMES = frozenset(
    {
        "create_app",
        "create_user",
        "dependency_overrides",
        "kept_tables",
        "login",
        "metadata",
        "migrate",
        "password_hasher",
        "roles",
        "session_factory_dependency",
        "settings",
    }
)


class CreateUser(Protocol):
    """Adds a user of a role to the session and flushes it; the plugin commits."""

    async def __call__(
        self, session: AsyncSession, *, role: Any, email: str, username: str, password: str
    ) -> Any:
        """Return the user, an object with the attribute `email`."""
        ...


class Migrate(Protocol):
    """Brings the database at a URL to the newest revision, or down to `base`, which has none.

    A service whose migrations do not go down does nothing for `base`.
    """

    def __call__(self, url: str, revision: str = "head") -> None:
        """Run in a thread of its own; a loop may be made there."""
        ...


class Login(Protocol):
    """Signs a client in."""

    async def __call__(self, client: AsyncClient, email: str, password: str) -> Mapping[str, str]:
        """Return the headers that make the client's requests this user's; cookies stay on it."""
        ...
