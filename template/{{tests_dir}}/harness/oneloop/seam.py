"""The seam: fixtures by which `tests/conftest.py` tells the plugin about its service, in place of those below."""

from collections.abc import Mapping
from typing import Any, Protocol

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from .errors import SeamError, SeamPlaceError
from .http_library import httpx
from .users import login_with_token

# What each returns. All have session scope except `dependency_overrides`.
FIXTURES = {
    "settings": "the app's settings, with `database_url` as its database",
    "create_app": "a callable that takes those settings and returns the FastAPI app",
    "session_factory_dependency": "the dependency that returns the session factory",
    "metadata": "the SQLAlchemy `MetaData` of the models, or a list of them",
    "migrate": "a `Migrate`",
    "roles": "the names of the roles, the most powerful first",
    "create_user": "a `CreateUser`",
    "login": "a `Login`; the default posts to /api/auth/login",
    "password_hasher": "the app's password hasher at its lowest cost",
    "dependency_overrides": "overrides to apply to the app for each test; by default none",
    "kept_tables": "tables whose rows stay, because a migration inserts them; by default none",
}
DEFAULTS: dict[str, Any] = {"login": lambda: login_with_token, "dependency_overrides": dict, "kept_tables": tuple}
ASKED_AS = {name: name for name in FIXTURES}  # an existing suite may have fixtures of these names: there they differ
ONCE = frozenset({"settings", "create_app", "migrate", "kept_tables", "password_hasher"})


class CreateUser(Protocol):
    """Adds a user to the session, flushes it and returns it, with the attribute `email`. The plugin commits."""

    async def __call__(self, session: AsyncSession, *, role: Any, email: str, username: str, password: str) -> Any: ...


class Migrate(Protocol):
    """Migrates the database at `url` to `head`, or down to `base`, where no migration has run.

    It runs in a thread of its own, where it may start a loop. Without downgrades it ignores `base`.
    """

    def __call__(self, url: str, revision: str = "head") -> None: ...


class Login(Protocol):
    """Signs a client in: returns the headers to add to its requests. Cookies stay on the client."""

    async def __call__(self, client: httpx.AsyncClient, email: str, password: str) -> Mapping[str, str]: ...


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> None:
    if fixturedef.argname in map(ASKED_AS.get, ONCE) and ".py" in fixturedef.baseid:
        raise SeamPlaceError(fixturedef.argname, fixturedef.baseid)


def _default(name: str) -> Any:
    def default() -> Any:
        if name not in DEFAULTS:
            raise SeamError(name, FIXTURES[name])
        return DEFAULTS[name]()

    default.__doc__ = f"Override this fixture: it returns {FIXTURES[name]}."
    return pytest.fixture(default, scope="function" if name == "dependency_overrides" else "session")


def _as_asked(name: str) -> Any:
    """Return the fixture by which the plugin itself asks for one of the seam."""
    scope: Any = "session" if name in ONCE else "function"  # a test file may override the others
    return pytest.fixture(lambda request: request.getfixturevalue(ASKED_AS[name]), scope=scope)


globals().update({name: _default(name) for name in FIXTURES} | {f"seam_{name}": _as_asked(name) for name in FIXTURES})
