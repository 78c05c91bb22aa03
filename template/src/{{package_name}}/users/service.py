"""Operations on users."""

import logging
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from ..auth.passwords import Passwords
from ..auth.service import revoke_all
from ..errors import ConflictError, NotFoundError, PermissionDeniedError
from .models import Role, User
from .schemas import UserChange, UserIn

logger = logging.getLogger(__name__)


def _require_admin(by: User) -> None:
    if by.role is not Role.ADMIN or not by.is_active:
        message = "You are no admin any more."
        raise PermissionDeniedError(message)


async def add_user(
    session: AsyncSession, passwords: Passwords, new: UserIn, by: User | None = None
) -> User:
    """Add a user for the admin `by`; a taken address or name violates a unique constraint."""
    await session.commit()  # gives the connection back while Argon2 works
    hashed = await passwords.hash(new.password)
    if by is not None:  # the command line has none
        await session.refresh(by, with_for_update={"key_share": True})
        _require_admin(by)
    user = User(email=new.email, username=new.username, role=new.role, hashed_password=hashed)
    session.add(user)
    await session.flush()
    logger.info("user added", extra={"added_user_id": str(user.id), "role": user.role})
    return user


async def change_user(
    session: AsyncSession, passwords: Passwords, user_id: UUID, change: UserChange, by: User
) -> User:
    """Change a user; administrators cannot lock themselves out."""
    given = change.model_fields_set
    await session.commit()  # gives the connection back while Argon2 works
    hashed = await passwords.hash(change.password) if "password" in given else None
    # Both are locked: of two admins who remove each other at once, the second is none any more.
    locked = (
        select(User)
        .where(User.id.in_([user_id, by.id]))
        .order_by(User.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    user = {each.id: each for each in await session.scalars(locked)}.get(user_id)
    _require_admin(by)
    if user is None:
        message = "There is no such user."
        raise NotFoundError(message)
    stays_admin = change.role is Role.ADMIN or "role" not in given
    if user.id == by.id and not (stays_admin and change.is_active):
        message = "You cannot remove your own admin role or access. Ask another admin."
        raise ConflictError(message)
    for name in given - {"password"}:
        setattr(user, name, getattr(change, name))
    if hashed is not None:
        user.hashed_password = hashed
    if hashed is not None or not change.is_active:
        await revoke_all(session, user.id)
    await session.flush()
    what = {"role": user.role, "is_active": user.is_active, "new_password": hashed is not None}
    logger.info("user changed", extra={"changed_user_id": str(user.id), **what})
    return user
