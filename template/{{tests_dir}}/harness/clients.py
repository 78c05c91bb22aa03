"""Clients: async ones on the suite's loop, and the sync one that refuses the database."""

import inspect
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import AsyncClient, Request, Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import ClientPolicyError
from .guard import Guard, sync_call
from .live.client import HarnessClient
from .live.in_process import InProcessTransport
from .live.over_socket import LiveTransport
from .live.server import LiveServer
from .routes import find_route, find_scheme

BASE_URL = "http://test"
CLIENT_LIBRARIES = ("httpx2", "starlette")


def open_async_client(asgi: ASGIApp) -> AsyncClient:
    """Return a client on the app, in this process and on this loop.

    An exception in the app is a 500, as a client in production gets it; its traceback is in the
    log that pytest prints.
    """
    return HarnessClient(InProcessTransport(asgi), BASE_URL)


def open_live_client(server: LiveServer) -> AsyncClient:
    """Return a client on the app, over the socket of a server that was started."""
    return HarnessClient(LiveTransport(server), server.url)


class SyncClient(TestClient):
    """Starlette's client for plain routing and validation: one that says so when it is not enough.

    It is never entered, since that would run a second lifespan. Each of its requests runs on a
    loop of its own, so a route that authenticates its caller raises `ClientPolicyError` here, at
    the line of the test, and so does the first use of the database, also when the app turned it
    into a 500. With `exempt`, which the mark `sync_client` gives, a route may authenticate; the
    database stays refused.
    """

    def __init__(self, asgi: ASGIApp, app: FastAPI, guard: Guard, *, exempt: bool = False) -> None:
        self._app = app
        self._guard = guard
        self._exempt = exempt
        self._where = ""

        async def policed(scope: Scope, receive: Receive, send: Send) -> None:
            self._refuse_authentication(scope)
            sync_call.set(self._where)
            await asgi(scope, receive, send)

        super().__init__(policed)

    def _refuse_authentication(self, scope: Scope) -> None:
        route = None if self._exempt else find_route(self._app.routes, scope)
        scheme = route and find_scheme(getattr(route, "dependant", None))
        if scheme:
            did = f"asked {scope['path']}, which authenticates its caller ({scheme}),"
            raise ClientPolicyError(self._guard.test, self._where, did)

    def send(self, request: Request, **options: Any) -> Response:
        """Send the request, and raise what was refused while it ran."""
        self._where = find_caller()
        try:
            response = super().send(request, **options)
        except ClientPolicyError as error:
            self._guard.violations.clear()
            raise error.with_traceback(None) from None  # the test's line, not Starlette's threads
        except Exception:
            self._guard.raise_violation()
            raise
        self._guard.raise_violation()
        return response


def find_caller() -> str:
    """Return `file:line` of the nearest frame that is neither a client's nor this module's."""
    frame = inspect.currentframe()
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module != __name__ and module.partition(".")[0] not in CLIENT_LIBRARIES:
            path = Path(frame.f_code.co_filename)
            shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
            return f"{shown.as_posix()}:{frame.f_lineno}"
        frame = frame.f_back
    return "the test"
