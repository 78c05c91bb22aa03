"""Signing in, staying signed in, signing out."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from pwdlib import PasswordHash
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ..errors import NotAuthenticatedError
from ..settings import Settings
from ..text import normalise_email
from ..users.models import User
from .models import RefreshToken
from .schemas import Credentials, Tokens
from .tokens import create_access_token, create_refresh_token, hash_refresh_token

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _hash_of_nobody(hasher: PasswordHash) -> str:
    return hasher.hash("a password that nobody has")


def _verify(hasher: PasswordHash, password: str, hashed: str | None) -> tuple[bool, str | None]:
    # Somebody unknown costs as much time as a wrong password: the time must not tell them apart.
    return hasher.verify_and_update(password, hashed or _hash_of_nobody(hasher))


async def authenticate(
    session: AsyncSession, hasher: PasswordHash, credentials: Credentials
) -> User:
    """Return the user; raise `NotAuthenticatedError`, the same for every reason but in the log."""
    user = await session.scalar(
        select(User).where(User.email == normalise_email(credentials.email))
    )
    hashed = user.hashed_password if user else None
    valid, rehashed = await asyncio.to_thread(_verify, hasher, credentials.password, hashed)
    if user is not None and valid:
        # Meanwhile the password may have been changed, or access taken. From here on the row is
        # locked: a change waits for what is issued now, and revokes it.
        locked = ["hashed_password", "is_active"]
        await session.refresh(user, locked, with_for_update={"key_share": True})
        valid = user.hashed_password == hashed
    if user is None or not valid or not user.is_active:
        reason = "unknown_email" if user is None else "inactive" if valid else "wrong_password"
        logger.warning("login failed", extra={"reason": reason, "user_id": user and str(user.id)})
        message = "The email address or the password is wrong."
        raise NotAuthenticatedError(message)
    if rehashed is not None:
        user.hashed_password = rehashed
    return user


def issue_tokens(
    session: AsyncSession, settings: Settings, user_id: UUID, family_id: UUID | None = None
) -> Tokens:
    """Add a refresh token to a family, a new one by default, and return it with its companion."""
    refresh_token = create_refresh_token()
    session.add(
        RefreshToken(
            user_id=user_id,
            family_id=family_id or uuid4(),
            token_hash=hash_refresh_token(refresh_token),
            expires_at=datetime.now(UTC) + timedelta(days=settings.refresh_token_days),
        )
    )
    return Tokens(
        access_token=create_access_token(user_id, settings),
        refresh_token=refresh_token,
        expires_in=settings.access_token_minutes * 60,
    )


async def rotate(session: AsyncSession, settings: Settings, refresh_token: str) -> Tokens:
    """Change a refresh token for new tokens; one that was used before revokes its family."""
    relative = aliased(RefreshToken)
    revoked = select(relative).where(
        relative.family_id == RefreshToken.family_id, relative.revoked_at.is_not(None)
    )
    # One statement uses it up, so that of two requests at the same moment one alone gets through.
    used = await session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.token_hash == hash_refresh_token(refresh_token),
            RefreshToken.used_at.is_(None),
            # Of the whole family: a token made while it was being revoked has no mark of its own.
            ~revoked.exists(),
            RefreshToken.expires_at > func.now(),
            RefreshToken.user_id.in_(select(User.id).where(User.is_active)),
        )
        .values(used_at=func.now())
        .returning(RefreshToken.user_id, RefreshToken.family_id)
    )
    row = used.one_or_none()
    if row is None:
        await revoke_family(session, refresh_token)
        # The answer is an error, and the revocation must last: the request's end would undo it.
        await session.commit()
        message = "The refresh token is not valid, or no longer. Log in again."
        raise NotAuthenticatedError(message)
    return issue_tokens(session, settings, row.user_id, row.family_id)


async def revoke_family(session: AsyncSession, refresh_token: str) -> None:
    """Revoke a refresh token and all that stem from the same login; an unknown one is no error."""
    family = select(RefreshToken.family_id).where(
        RefreshToken.token_hash == hash_refresh_token(refresh_token)
    )
    await _revoke(session, RefreshToken.family_id.in_(family))


async def revoke_all(session: AsyncSession, user_id: UUID) -> None:
    """Revoke every refresh token of a user: each login of theirs ends with its access token."""
    await _revoke(session, RefreshToken.user_id == user_id)


async def _revoke(session: AsyncSession, which: ColumnElement[bool]) -> None:
    await session.execute(
        update(RefreshToken)
        .where(which, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def forget_expired(session: AsyncSession, user_id: UUID) -> None:
    """Delete a user's refresh tokens that nobody can use any more."""
    await session.execute(
        delete(RefreshToken)
        .where(RefreshToken.user_id == user_id, RefreshToken.expires_at < func.now())
        .execution_options(synchronize_session=False)
    )
