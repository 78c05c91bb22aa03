"""Log in, refresh tokens, log out."""

import asyncio

from fastapi import APIRouter, Request

from ..database import SessionDep
from ..errors import TooManyRequestsError, UnavailableError, problems
from .dependencies import PasswordsDep, SettingsDep
from .schemas import Credentials, RefreshIn, Tokens
from .service import authenticate, forget_expired, issue_tokens, revoke_family, rotate

router = APIRouter(prefix="/auth", tags=["auth"], responses=problems(400, 422))


@router.post("/login", responses=problems(401, 429))
async def login(
    request: Request,
    session: SessionDep,
    settings: SettingsDep,
    passwords: PasswordsDep,
    credentials: Credentials,
) -> Tokens:
    """Log in with email address and password."""
    address = request.client.host if request.client else ""
    try:
        user = await authenticate(session, settings, passwords, credentials, address)
    except (TooManyRequestsError, UnavailableError):
        # Refused at once, a caller that does not wait would keep the process busy with refusals.
        await session.rollback()  # gives the connection back
        await asyncio.sleep(settings.refused_login_seconds)
        raise
    await forget_expired(session, user.id)
    return issue_tokens(session, settings, user.id)


@router.post("/refresh", responses=problems(401))
async def refresh(session: SessionDep, settings: SettingsDep, body: RefreshIn) -> Tokens:
    """Exchange a refresh token for new tokens; each can be used once."""
    return await rotate(session, settings, body.refresh_token)


@router.post("/logout", status_code=204)
async def logout(session: SessionDep, body: RefreshIn) -> None:
    """Revoke the refresh tokens of this login; its access tokens expire by themselves."""
    await revoke_family(session, body.refresh_token)
