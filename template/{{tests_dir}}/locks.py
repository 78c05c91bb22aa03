"""Wait for a lock: how a test of parallel requests can fail.

Two requests in a `gather` may run one after the other, so such a test passes without the lock. Hold
the row in the test, start the requests, wait until they wait for the row, and commit.
"""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

WAITING = text("""
    SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()""")


async def wait_until_blocked(engine: AsyncEngine, *requests: asyncio.Task[object]) -> None:
    """Return when each request waits for a lock; one that is done needed none."""
    async with asyncio.timeout(5), engine.connect() as connection:
        while await connection.scalar(WAITING) < sum(not each.done() for each in requests):
            await connection.rollback()
