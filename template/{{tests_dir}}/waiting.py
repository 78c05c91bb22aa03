"""Wait for what another connection does, never for a time."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

WAITING = text(
    "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


async def wait_until_blocked(engine: AsyncEngine, connections: int) -> None:
    """Wait until so many connections wait for a lock that the test holds.

    Requests that only run in parallel rarely meet: hold the row, start them, wait, then commit.
    """
    async with asyncio.timeout(5), engine.connect() as connection:
        # In a transaction PostgreSQL would show the same connections again and again.
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        while await connection.scalar(WAITING) < connections:  # noqa: ASYNC110  no event says it
            await asyncio.sleep(0.01)
