"""Clients: async ones on the suite's loop, and the sync one that refuses the database."""

from collections.abc import Mapping
from typing import Any

from httpx2 import AsyncClient, Request, Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from .guard import Guard
from .live.client import HarnessClient
from .live.in_process import InProcessTransport
from .live.over_socket import LiveTransport
from .live.server import LiveServer

BASE_URL = "http://test"
LOGIN_PATH = "/api/auth/login"


def open_async_client(asgi: ASGIApp) -> AsyncClient:
    """Return a client on the app, in this process and on this loop.

    An exception in the app is a 500, as a client in production gets it; its traceback is in the
    log that pytest prints.
    """
    return HarnessClient(InProcessTransport(asgi), BASE_URL)


def open_live_client(server: LiveServer) -> AsyncClient:
    """Return a client on the app, over the socket of a server that was started."""
    return HarnessClient(LiveTransport(server), server.url)


async def get_auth_token_async(client: AsyncClient, email: str, password: str) -> str:
    """Log in and return the access token; an answer other than 200 fails the test and is shown."""
    response = await client.post(LOGIN_PATH, json={"email": email, "password": password})
    assert response.status_code == 200, f"Login failed: {response.status_code} {response.text}"
    return str(response.json()["access_token"])


async def login_with_token(client: AsyncClient, email: str, password: str) -> Mapping[str, str]:
    """Log in and return the bearer header: the default of the seam's `login`."""
    return {"Authorization": f"Bearer {await get_auth_token_async(client, email, password)}"}


class SyncClient(TestClient):
    """Starlette's client for plain routing and validation: one that says so when it is not enough.

    It is never entered, since that would run a second lifespan. Each of its requests runs on a
    loop of its own, so the first use of the database raises `ClientPolicyError` here, at the line
    of the test, also when the app turned it into a 500.
    """

    def __init__(self, asgi: ASGIApp, guard: Guard) -> None:
        super().__init__(asgi)
        self._guard = guard

    def send(self, request: Request, **options: Any) -> Response:
        """Send the request, and raise what the guard refused while it ran."""
        self._guard.sync_client = True
        try:
            response = super().send(request, **options)
        except Exception:
            self._guard.raise_violation()
            raise
        finally:
            self._guard.sync_client = False
        self._guard.raise_violation()
        return response
