"""Limit failed logins: of an account from one address, and of an address.

By the account alone anyone could lock an administrator out. The counts are in the database, so all
replicas share them. `authenticate` commits them before it verifies the password: parallel attempts
count, and the rollback of a 401 does not undo them.
"""

import hashlib
import logging
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from sqlalchemy import CTE, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ..errors import TooManyRequestsError
from ..settings import Settings
from .models import FailedLogins

logger = logging.getLogger(__name__)


def _network(address: str) -> str:
    try:
        caller = ip_address(address)
    except ValueError:
        return address
    if isinstance(caller, IPv6Address) and caller.ipv4_mapped is not None:
        caller = caller.ipv4_mapped  # as a server shows it that listens on `::`
    # One caller has a whole /64 of IPv6 addresses.
    return str(ip_network((caller, 32 if isinstance(caller, IPv4Address) else 64), strict=False))


def _keys(address: str, email: str) -> tuple[str, str]:
    # Hashed, so that the table has no personal data.
    names = (_network(address), f"{_network(address)} {email}")
    by_address, by_account = (hashlib.sha256(each.encode()).hexdigest() for each in names)
    return by_address, by_account


# SQL, since to build such a statement takes SQLAlchemy longer than PostgreSQL takes to run it.
# Locks in one order: by address, by account. A refused login takes none: it must not wait.
COUNT = text("""
    WITH given AS (
        SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:limits AS int[])) AS given (key, most)
    ), reached AS (
        SELECT FROM failed_logins JOIN given USING (key)
        WHERE failures >= most AND expires_at >= now()
    )
    INSERT INTO failed_logins AS old (key, failures, expires_at)
    SELECT key, 1, now() + CAST(:lasts AS interval) FROM given
    WHERE NOT EXISTS (SELECT FROM reached)
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN old.expires_at < now() THEN 1 ELSE old.failures + 1 END,
        expires_at = CASE
            WHEN old.expires_at < now() THEN excluded.expires_at ELSE old.expires_at END
    RETURNING failures <= (SELECT most FROM given WHERE given.key = old.key)
""")
WAIT = text("""
    SELECT max(expires_at - now()) FROM failed_logins
    JOIN unnest(CAST(:keys AS text[]), CAST(:limits AS int[])) AS given (key, most) USING (key)
    WHERE failures >= most AND expires_at >= now()
""")


async def count_attempt(
    session: AsyncSession, settings: Settings, address: str, email: str
) -> None:
    """Count a login as failed until it succeeds; raise `TooManyRequestsError` over a limit."""
    values = {
        "keys": _keys(address, email),
        "limits": [settings.failed_logins_per_address, settings.failed_logins_per_account],
        "lasts": timedelta(minutes=settings.failed_login_minutes),
    }
    counted = (await session.scalars(COUNT, values)).all()
    if counted != [True, True]:
        logger.warning("login refused", extra={"reason": "too_many"})
        raise TooManyRequestsError(await session.scalar(WAIT, values) or timedelta())


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
    """Return what deletes some counts that expired, for any statement to take along."""
    old = select(FailedLogins.key).where(FailedLogins.expires_at < func.now()).limit(1000)
    # The rest, and those that another login updates, stay for the next: no login has to wait.
    keys = old.with_for_update(skip_locked=True)
    return delete(FailedLogins).where(FailedLogins.key.in_(keys)).cte()
