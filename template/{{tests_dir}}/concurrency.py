"""Several requests and several replicas at once. Wait for what happens, never for a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Receive, Scope, Send

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


@asynccontextmanager
async def open_replica(app: FastAPI, address: str = "127.0.0.1") -> AsyncIterator[AsyncClient]:
    """Start `app`, and yield a client with this address."""
    async with app.router.lifespan_context(app) as state:

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = ASGITransport(serve, client=(address, 1))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
