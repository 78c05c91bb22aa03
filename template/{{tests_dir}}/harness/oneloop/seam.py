"""The seam: fixtures by which `tests/conftest.py` tells the plugin about its service, in place of those below."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NoReturn, Protocol

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


def _required(name: str) -> Any:

    def missing() -> NoReturn:
        raise SeamError(name, FIXTURES[name])

    missing.__doc__ = f"Override this fixture: it returns {FIXTURES[name]}."
    return pytest.fixture(missing, scope="session")


settings, create_app, metadata, migrate = map(_required, ("settings", "create_app", "metadata", "migrate"))
roles, create_user, password_hasher = map(_required, ("roles", "create_user", "password_hasher"))
session_factory_dependency = _required("session_factory_dependency")


@pytest.fixture(scope="session")
def login() -> Login:
    """A `Login`; by default it posts to /api/auth/login and uses the bearer token."""
    return login_with_token


@pytest.fixture
def dependency_overrides() -> Mapping[Callable[..., Any], Callable[..., Any]]:
    """Overrides to apply to the app for this test; by default none."""
    return {}


@pytest.fixture(scope="session")
def kept_tables() -> Collection[str]:
    """Tables whose rows stay, because a migration inserts them; by default none."""
    return ()


def _as_asked(name: str) -> Any:
    """Return the fixture by which the plugin itself asks for one of the seam."""
    scope: Any = "session" if name in ONCE else "function"  # a test file may override the others
    return pytest.fixture(lambda request: request.getfixturevalue(ASKED_AS[name]), scope=scope)


globals().update({f"seam_{name}": _as_asked(name) for name in FIXTURES})
