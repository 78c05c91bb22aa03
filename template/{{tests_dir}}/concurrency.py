"""Requests that wait for a lock, and replicas of the app: how a test of parallel requests can fail.

Two requests in a `gather` may run one after the other, so such a test passes without the lock. Hold
the row in the test, start the requests, wait until they wait for the row, and commit.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Receive, Scope, Send

WAITING = text("""
    SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()""")


async def wait_until_blocked(engine: AsyncEngine, *requests: asyncio.Task[object]) -> None:
    """Return when each request waits for a lock; one that is done needed none."""
    async with asyncio.timeout(5), engine.connect() as connection:
        while await connection.scalar(WAITING) < sum(not each.done() for each in requests):
            await connection.rollback()


@asynccontextmanager
async def open_replica(app: FastAPI, address: str = "127.0.0.1") -> AsyncGenerator[AsyncClient]:
    """Start `app`, and yield a client with this address."""
    async with app.router.lifespan_context(app) as state:

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = ASGITransport(serve, client=(address, 1))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
