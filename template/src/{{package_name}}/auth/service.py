"""Verify passwords; issue, rotate and revoke refresh tokens."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from ..errors import NotAuthenticatedError
from ..settings import Settings
from ..text import normalise_email
from ..users.models import User
from .failed_logins import count_attempt, delete_expired, forgive
from .models import RefreshToken
from .passwords import Passwords
from .schemas import Credentials, Tokens
from .tokens import create_access_token, create_refresh_token, hash_refresh_token

logger = logging.getLogger(__name__)


async def authenticate(
    session: AsyncSession,
    settings: Settings,
    passwords: Passwords,
    credentials: Credentials,
    address: str,
) -> User:
    """Return the user or raise `NotAuthenticatedError`; only the log has the reason."""
    email = normalise_email(credentials.email)
    with passwords.place() as verify:  # held from here: a login that finds none is not counted
        await count_attempt(session, settings, address, email)
        user = await session.scalar(select(User).where(User.email == email))
        hashed = user.hashed_password if user else None
        # The attempt counts, and while Argon2 works another request has the connection.
        await session.commit()
        valid, rehashed = await verify(credentials.password, hashed)
    if user is not None and valid:
        # The password or the access may have changed in the meantime. From here the row is
        # locked: a change waits until the tokens are issued, and then revokes them.
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
    await forgive(session, address, email)
    logger.info("signed in", extra={"user_id": str(user.id)})
    return user


def issue_tokens(
    session: AsyncSession, settings: Settings, user_id: UUID, family_id: UUID | None = None
) -> Tokens:
    """Add a refresh token to a family, by default a new one, and return it with an access token."""
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
    """Exchange a refresh token for new tokens; a used one revokes its family."""
    relative = aliased(RefreshToken)
    revoked = select(relative).where(
        relative.family_id == RefreshToken.family_id, relative.revoked_at.is_not(None)
    )
    # One statement marks it as used, so only one of two parallel requests succeeds.
    used = await session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.token_hash == hash_refresh_token(refresh_token),
            RefreshToken.used_at.is_(None),
            # Check the whole family: a token issued during the revocation is not marked itself.
            ~revoked.exists(),
            RefreshToken.expires_at > func.now(),
            RefreshToken.user_id.in_(select(User.id).where(User.is_active)),
        )
        .values(used_at=func.now())
        .returning(RefreshToken.user_id, RefreshToken.family_id)
    )
    row = used.one_or_none()
    if row is None:
        await _report_reuse(session, refresh_token)
        await revoke_family(session, refresh_token)
        # The error rolls the request back, and the revocation must stay.
        await session.commit()
        message = "The refresh token is not valid or has expired. Log in again."
        raise NotAuthenticatedError(message)
    return issue_tokens(session, settings, row.user_id, row.family_id)


async def _report_reuse(session: AsyncSession, refresh_token: str) -> None:
    used = select(RefreshToken.user_id).where(
        RefreshToken.token_hash == hash_refresh_token(refresh_token),
        RefreshToken.used_at.is_not(None),
    )
    if user_id := await session.scalar(used):
        logger.warning("refresh token used again", extra={"user_id": str(user_id)})


async def revoke_family(session: AsyncSession, refresh_token: str) -> None:
    """Revoke all refresh tokens of the same login; an unknown token is no error."""
    family = select(RefreshToken.family_id).where(
        RefreshToken.token_hash == hash_refresh_token(refresh_token)
    )
    await _revoke(session, RefreshToken.family_id.in_(family))


async def revoke_all(session: AsyncSession, user_id: UUID) -> None:
    """Revoke every refresh token of a user; access tokens expire by themselves."""
    await _revoke(session, RefreshToken.user_id == user_id)


async def _revoke(session: AsyncSession, which: ColumnElement[bool]) -> None:
    await session.execute(
        update(RefreshToken)
        .where(which, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=func.now())
        .execution_options(synchronize_session=False)
    )


async def forget_expired(session: AsyncSession, user_id: UUID) -> None:
    """Delete the expired refresh tokens of a user, and the counts of failed logins that expired."""
    await session.execute(
        delete(RefreshToken)
        .where(RefreshToken.user_id == user_id, RefreshToken.expires_at < func.now())
        .add_cte(delete_expired())
        .execution_options(synchronize_session=False)
    )
