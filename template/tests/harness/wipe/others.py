"""Who else is connected: transactions that somebody left open, and how they are ended."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any

OTHERS = """
    SELECT pid, state, left(query, 120) AS query, xact_start::text AS since FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
      AND backend_type = 'client backend'"""
LEFT_OPEN = f"{OTHERS} AND state LIKE 'idle in transaction%'"
TERMINATE = "SELECT pg_terminate_backend($1, 2000)"
GRACE_SECONDS = 0.1
POLL_SECONDS = 0.01


def read(found: str | None) -> list[Mapping[str, Any]]:
    """Read what the wiping statement says of `LEFT_OPEN`."""
    return list(json.loads(found)) if found else []


async def still_open(
    driver: Any, first: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Return those of `first` that are still in the same transaction after a short while.

    What the app does by itself, such as asking a queue each second, may be in the midst of it.
    """
    left = first
    for _ in range(round(GRACE_SECONDS / POLL_SECONDS)):
        if not left:
            break
        await asyncio.sleep(POLL_SECONDS)
        now = {(row["pid"], row["since"]) for row in await driver.fetch(LEFT_OPEN)}
        left = [row for row in left if (row["pid"], row["since"]) in now]
    return left


async def end(driver: Any, others: Sequence[Mapping[str, Any]]) -> list[str]:
    """End these back ends, wait until they are gone, and return a line for each."""
    for other in others:
        await driver.fetchval(TERMINATE, other["pid"])
    return [f"a transaction, {row['state']} after: {row['query']!r}" for row in others]
