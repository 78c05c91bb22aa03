"""Limit failed logins: of an account from one address, and of an address.

By the account alone anyone could lock an administrator out. The counts are in the database, so all
replicas share them. `authenticate` commits them before it verifies the password: parallel attempts
count, and the rollback of a 401 does not undo them.
"""

import hashlib
import logging
from datetime import timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import ARRAY, CTE, String, case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from ..errors import TooManyRequestsError
from ..settings import Settings
from .models import FailedLogins

logger = logging.getLogger(__name__)


def _network(address: str) -> str:
    # One caller has a whole /64 of IPv6 addresses.
    try:
        length = 64 if ip_address(address).version == 6 else 32  # noqa: PLR2004  IPv6
        return str(ip_network((address, length), strict=False))
    except ValueError:
        return address


def _keys(address: str, email: str) -> tuple[str, str]:
    # Hashed, so that the table has no personal data.
    names = (_network(address), f"{_network(address)} {email}")
    by_address, by_account = (hashlib.sha256(each.encode()).hexdigest() for each in names)
    return by_address, by_account


async def count_attempt(
    session: AsyncSession, settings: Settings, address: str, email: str
) -> None:
    """Count a login as failed until it succeeds; raise `TooManyRequestsError` over a limit."""
    keys = _keys(address, email)
    limits = (settings.failed_logins_per_address, settings.failed_logins_per_account)
    limit = case(dict(zip(keys, limits, strict=True)), value=FailedLogins.key)
    expired = FailedLogins.expires_at < func.now()
    full = FailedLogins.key.in_(keys), FailedLogins.failures >= limit, ~expired
    end = func.now() + timedelta(minutes=settings.failed_login_minutes)
    # Locks in one order: by address, by account. A refused login takes none: it must not wait.
    key = func.unnest(literal(keys, ARRAY(String))).column_valued("new_key")
    new = insert(FailedLogins).from_select(
        ["key", "failures", "expires_at"],
        select(key, literal(1), end).where(~select(FailedLogins.key).where(*full).exists()),
    )
    counted = await session.scalars(
        new.on_conflict_do_update(
            index_elements=[FailedLogins.key],
            set_={
                "failures": case((expired, 1), else_=FailedLogins.failures + 1),
                "expires_at": case((expired, end), else_=FailedLogins.expires_at),
            },
        ).returning(FailedLogins.failures <= limit)
    )
    if [*counted] != [True] * len(keys):
        logger.warning("login refused", extra={"reason": "too_many"})
        wait = select(func.max(FailedLogins.expires_at - func.now())).where(*full)
        raise TooManyRequestsError(await session.scalar(wait) or timedelta())


async def forgive(session: AsyncSession, address: str, email: str) -> None:
    """Do not count a login that succeeded, nor the account's failures before it."""
    by_address, by_account = _keys(address, email)
    locked_first = (
        update(FailedLogins)
        .where(FailedLogins.key == by_address)
        .values(failures=func.greatest(FailedLogins.failures - 1, 0))
        .returning(FailedLogins.key)
        .cte()
    )
    await session.execute(
        delete(FailedLogins)
        .where(FailedLogins.key == by_account, select(locked_first).exists())
        .execution_options(synchronize_session=False)
    )


def delete_expired() -> CTE:
    """Return what deletes the counts that expired, for any statement to take along."""
    old = select(FailedLogins.key).where(FailedLogins.expires_at < func.now())
    # Those that another login updates stay: two logins must not wait for each other.
    keys = old.with_for_update(skip_locked=True)
    return delete(FailedLogins).where(FailedLogins.key.in_(keys)).cte()
