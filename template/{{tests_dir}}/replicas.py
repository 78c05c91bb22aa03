"""More instances of the app, each with a lifespan and a pool of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from starlette.types import Receive, Scope, Send


@asynccontextmanager
async def open_replica(app: FastAPI, address: str = "127.0.0.1") -> AsyncIterator[AsyncClient]:
    """Start `app`, and yield a client with this address."""
    async with app.router.lifespan_context(app) as state:

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, "state": dict(state or {})}, receive, send)

        transport = ASGITransport(serve, client=(address, 1))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
