"""The live server, made once for a run and started by the first test that wants it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from ..running import RunningApp
from .server import LiveServer


@pytest.fixture(scope="session")
async def _live_server(_running_app: RunningApp) -> AsyncIterator[LiveServer]:
    server = LiveServer(_running_app.asgi)
    yield server
    await server.stop()


@pytest.fixture
async def live_server(
    app: FastAPI,  # noqa: ARG001  lays the overrides over the app
    _live_server: LiveServer,
) -> LiveServer:
    """Give the app behind real uvicorn: `live_server.url` is `http://127.0.0.1:<port>`.

    Catches what a client in the process cannot show: an answer that comes in parts, a client that
    leaves in the middle, a connection that is used again, headers that no socket would carry.
    """
    await _live_server.start()
    return _live_server
