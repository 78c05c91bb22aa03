"""Transactions that other connections left open, and how they are ended."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

OTHERS = """
    SELECT pid, state, left(query, 120) AS query FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
      AND backend_type = 'client backend'"""
# The function under the view pg_stat_activity: the view itself takes twice as long.
LEFT_OPEN = """
    SELECT pid, state, left(query, 120) AS query, xact_start
    FROM pg_stat_get_activity(NULL) JOIN pg_database d ON d.oid = datid
    WHERE d.datname = current_database() AND state LIKE 'idle in transaction%'"""
GRACE_SECONDS = 0.1
POLL_SECONDS = 0.01


async def read_left_open(driver: Any) -> Sequence[Mapping[str, Any]]:
    """Return the transactions that stay idle for a short while.

    The app's own work, such as polling a queue each second, may be in the middle of one.
    """
    left: Sequence[Mapping[str, Any]] = await driver.fetch(LEFT_OPEN)
    for _ in range(round(GRACE_SECONDS / POLL_SECONDS)):
        if not left:
            break
        await asyncio.sleep(POLL_SECONDS)
        now = {(row["pid"], row["xact_start"]) for row in await driver.fetch(LEFT_OPEN)}
        left = [row for row in left if (row["pid"], row["xact_start"]) in now]
    return left


async def terminate(driver: Any, transactions: Sequence[Mapping[str, Any]]) -> list[str]:
    """Terminate their connections, which frees their locks, and return a line for each."""
    for row in transactions:
        await driver.fetchval("SELECT pg_terminate_backend($1)", row["pid"])
    return [f"a transaction, {row['state']} after: {row['query']!r}" for row in transactions]
