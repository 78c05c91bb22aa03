"""Limit failed logins: of an account from one address, and of an address.

By the account alone anyone could lock an administrator out. The counts are in the database, so all
replicas share them. `authenticate` commits them before it verifies the password: parallel attempts
count, and the rollback of a 401 does not undo them.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import case, delete, func, select, update
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
    by_address, by_account = _keys(address, email)
    limits = {
        by_address: settings.failed_logins_per_address,
        by_account: settings.failed_logins_per_account,
    }
    columns = (
        FailedLogins.key,
        FailedLogins.failures,
        (FailedLogins.expires_at - func.now()).label("wait"),
    )
    expired = FailedLogins.expires_at < func.now()
    # Refused without a lock: else many logins of one address would wait for each other.
    counted = await session.execute(select(*columns).where(FailedLogins.key.in_(limits), ~expired))
    _refuse(counted, {key: limit - 1 for key, limit in limits.items()})
    end = func.now() + timedelta(minutes=settings.failed_login_minutes)
    new = insert(FailedLogins).values(
        [{"key": key, "failures": 1, "expires_at": end} for key in limits]
    )
    counted = await session.execute(
        new.on_conflict_do_update(
            index_elements=[FailedLogins.key],
            set_={
                "failures": case((expired, 1), else_=FailedLogins.failures + 1),
                "expires_at": case((expired, end), else_=FailedLogins.expires_at),
            },
        ).returning(*columns)
    )
    _refuse(counted, limits)


def _refuse(counted: Iterable[Any], limits: dict[str, int]) -> None:
    waits = [row.wait for row in counted if row.failures > limits[row.key]]
    if waits:
        logger.warning("login refused", extra={"reason": "too_many"})
        raise TooManyRequestsError(max(waits))


async def forgive(session: AsyncSession, address: str, email: str) -> None:
    """Do not count a login that succeeded, nor the account's failures before it."""
    by_address, by_account = _keys(address, email)
    await session.execute(
        update(FailedLogins)
        .where(FailedLogins.key == by_address, FailedLogins.failures > 0)
        .values(failures=FailedLogins.failures - 1)
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(FailedLogins).where(FailedLogins.key == by_account))
    # Those that another login updates stay: two logins must not wait for each other.
    expired = select(FailedLogins.key).where(FailedLogins.expires_at < func.now())
    old = expired.with_for_update(skip_locked=True)
    await session.execute(delete(FailedLogins).where(FailedLogins.key.in_(old)))
