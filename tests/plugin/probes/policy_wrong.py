"""What the policy refuses at run time: each of these fails, by name, with its cure."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI, WebSocket
from fastapi.security import HTTPBearer
from my_service.database import SessionDep
from sqlalchemy import text


@pytest.fixture
def routes(app: FastAPI, db_engine: Any) -> Iterator[None]:
    """Routes of the probe, gone after the test."""
    routes = list(app.router.routes)

    @app.get("/probe/swallow")
    async def swallow(session: SessionDep) -> str:
        try:
            await session.execute(text("SELECT 1"))
        except Exception:
            return "never mind"
        return "accepted"

    @app.websocket("/probe/guarded", dependencies=[Depends(HTTPBearer())])
    async def guarded(websocket: WebSocket) -> None:
        await websocket.accept()

    @app.websocket("/probe/feed")
    async def feed(websocket: WebSocket) -> None:
        await websocket.accept()
        async with db_engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    yield
    app.router.routes[:] = routes


def log_in(client: Any) -> None:
    client.post("/api/auth/login", json={"email": "a@test.com", "password": "password"})  # here: log in


def test_login(client: Any) -> None:
    log_in(client)


def test_sync_client_without_login(client: Any) -> None:
    assert client.get("/api/metrics").status_code == 401  # here: authenticates


def test_swallowed(client: Any, routes: None) -> None:
    assert client.get("/probe/swallow").json() == "never mind"  # here: swallow


def test_swallowed_twice(client: Any, routes: None) -> None:
    try:
        client.get("/probe/swallow")
    except Exception:
        return


def test_websocket_that_authenticates(client: Any, routes: None) -> None:
    with client.websocket_connect("/probe/guarded"):  # here: guarded
        pass


def test_websocket_on_the_database(client: Any, routes: None) -> None:
    with client.websocket_connect("/probe/feed") as websocket:  # here: feed
        websocket.receive_text()


@pytest.mark.sync_client("an exemption is none from the loop")
def test_exempt_on_the_database(client: Any) -> None:
    log_in(client)


async def test_new_role(client_as: Any) -> None:
    response = await (await client_as("auditor")).get("/api/users/me")

    assert response.json()["role"] == "auditor"
