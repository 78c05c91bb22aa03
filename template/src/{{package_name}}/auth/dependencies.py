"""The dependencies that authenticate the caller and check the role."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pwdlib import PasswordHash

from ..database import SessionDep
from ..errors import NotAuthenticatedError, PermissionDeniedError
from ..observability import USER_ID
from ..settings import Settings
from ..users.models import Role, User
from .passwords import Passwords
from .tokens import read_access_token

bearer = HTTPBearer(auto_error=False, description="The access token of /api/auth/login.")


async def get_settings(request: Request) -> Settings:
    """Return the settings of the app."""
    settings: Settings = request.state.settings
    return settings


async def get_password_hasher(request: Request) -> PasswordHash:
    """Return the password hasher of the app."""
    hasher: PasswordHash = request.state.password_hasher
    return hasher


SettingsDep = Annotated[Settings, Depends(get_settings)]
PasswordHasherDep = Annotated[PasswordHash, Depends(get_password_hasher)]


async def get_passwords(request: Request, hasher: PasswordHasherDep) -> Passwords:
    """Return the hasher of the app, behind its queue."""
    return Passwords(hasher, request.state.hash_queue)


PasswordsDep = Annotated[Passwords, Depends(get_passwords)]


async def get_current_user(
    request: Request,
    session: SessionDep,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> User:
    """Return the caller, read from the database: a removed role takes effect at once."""
    if credentials is None:
        raise NotAuthenticatedError
    user_id = read_access_token(credentials.credentials, request.state.settings)
    user = await session.get(User, user_id)
    if user is None or not user.is_active:
        raise NotAuthenticatedError
    setattr(request.state, USER_ID, str(user.id))
    return user


CurrentUserDep = Annotated[User, Depends(get_current_user, scope="function")]


def require_role(*roles: Role) -> Callable[[User], Coroutine[Any, Any, User]]:
    """Return a dependency that returns the caller and requires one of `roles`."""

    async def get_user_with_role(user: CurrentUserDep) -> User:
        if user.role not in roles:
            names = " or ".join(roles)
            message = f"This needs the role {names}."
            raise PermissionDeniedError(message)
        return user

    return get_user_with_role


AdminDep = Annotated[User, Depends(require_role(Role.ADMIN), scope="function")]
