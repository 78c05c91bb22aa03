"""Log in, refresh tokens, log out."""

from fastapi import APIRouter, Request

from ..database import SessionDep
from ..errors import problems
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
    user = await authenticate(session, settings, passwords, credentials, address)
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
