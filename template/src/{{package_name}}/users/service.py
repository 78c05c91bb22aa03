"""Operations on users."""

import asyncio
import logging
from uuid import UUID

from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ..auth.service import revoke_all
from ..errors import ConflictError, NotFoundError, PermissionDeniedError
from .models import Role, User
from .schemas import UserChange, UserIn

logger = logging.getLogger(__name__)


async def add_user(session: AsyncSession, hasher: PasswordHash, new: UserIn) -> User:
    """Add a user; a taken email address or username violates a unique constraint."""
    user = User(
        email=new.email,
        username=new.username,
        role=new.role,
        # In a thread: Argon2 takes a tenth of a second or more.
        hashed_password=await asyncio.to_thread(hasher.hash, new.password),
    )
    session.add(user)
    await session.flush()
    logger.info("user added", extra={"added_user_id": str(user.id), "role": user.role})
    return user


async def change_user(
    session: AsyncSession, hasher: PasswordHash, user_id: UUID, change: UserChange, by: User
) -> User:
    """Change a user; administrators cannot lock themselves out."""
    # Both are locked: of two admins who remove each other at once, the second is none any more.
    locked = (
        select(User)
        .where(User.id.in_([user_id, by.id]))
        .order_by(User.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    user = {each.id: each for each in await session.scalars(locked)}.get(user_id)
    if by.role is not Role.ADMIN or not by.is_active:
        message = "You are no admin any more."
        raise PermissionDeniedError(message)
    if user is None:
        message = "There is no such user."
        raise NotFoundError(message)
    given = change.model_fields_set
    stays_admin = change.role is Role.ADMIN or "role" not in given
    if user.id == by.id and not (stays_admin and change.is_active):
        message = "You cannot remove your own admin role or access. Ask another admin."
        raise ConflictError(message)
    if "role" in given:
        user.role = change.role
    if "is_active" in given:
        user.is_active = change.is_active
    if "password" in given:
        user.hashed_password = await asyncio.to_thread(hasher.hash, change.password)
    if "password" in given or not change.is_active:
        await revoke_all(session, user.id)
    await session.flush()
    what = {"role": user.role, "is_active": user.is_active, "new_password": "password" in given}
    logger.info("user changed", extra={"changed_user_id": str(user.id), **what})
    return user
