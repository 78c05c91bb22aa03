"""Who else is connected: transactions that somebody left open, and how they are ended."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

OTHERS = """
    SELECT pid, state, left(query, 120) AS query, xact_start::text AS since FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
      AND backend_type = 'client backend'"""
# What the view pg_stat_activity is made of; the view itself takes twice as long.
LEFT_OPEN = """
    SELECT pid, state, left(query, 120) AS query, xact_start::text AS since
    FROM pg_stat_get_activity(NULL) JOIN pg_database d ON d.oid = datid
    WHERE d.datname = current_database() AND state LIKE 'idle in transaction%'"""
TERMINATE = "SELECT pg_terminate_backend($1)"
GRACE_SECONDS = 0.1
POLL_SECONDS = 0.01


async def left_open(driver: Any) -> Sequence[Mapping[str, Any]]:
    """Return the transactions that stay open for a short while.

    What the app does by itself, such as asking a queue each second, may be in the midst of one.
    """
    left: Sequence[Mapping[str, Any]] = await driver.fetch(LEFT_OPEN)
    for _ in range(round(GRACE_SECONDS / POLL_SECONDS)):
        if not left:
            break
        await asyncio.sleep(POLL_SECONDS)
        now = {(row["pid"], row["since"]) for row in await driver.fetch(LEFT_OPEN)}
        left = [row for row in left if (row["pid"], row["since"]) in now]
    return left


async def terminate(driver: Any, others: Sequence[Mapping[str, Any]]) -> list[str]:
    """End these back ends, and return a line for each; their locks go as soon as they do."""
    for other in others:
        await driver.fetchval(TERMINATE, other["pid"])
    return [f"a transaction, {row['state']} after: {row['query']!r}" for row in others]
