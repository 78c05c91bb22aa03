"""The sync client: for plain routing and validation, and an error for anything else."""

import inspect
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from ..app.routes import find_route, find_scheme
from ..config import shown
from ..database.engine_guard import EngineGuard, sync_call
from ..errors import ClientPolicyError, Refusals
from ..http_library import httpx

CLIENT_LIBRARIES = ("httpx", "httpx2", "starlette")


class SyncClient(TestClient):
    """Starlette's client, never entered, as that would run a second lifespan; if `exempt`, a route may authenticate."""

    def __init__(
        self, asgi: ASGIApp, app: FastAPI, guard: EngineGuard, refusals: Refusals, *, exempt: bool = False
    ) -> None:
        self._refusals = refusals
        self._where = ""

        async def checked(scope: Scope, receive: Receive, send: Send) -> None:
            route = None if exempt else find_route(app.routes, scope)
            if scheme := route and find_scheme(getattr(route, "dependant", None)):
                did = f"requested {scope['path']}, which authenticates its caller ({scheme}),"
                raise ClientPolicyError(guard.test, self._where, did)
            sync_call.set(self._where)
            await asgi(scope, receive, send)

        super().__init__(checked)

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        self._where = _find_caller()
        try:
            response = super().send(request, **options)
        except ClientPolicyError as error:
            self._refusals.clear()
            raise error.with_traceback(None) from None  # the test's line, not Starlette's threads
        except Exception:
            self._refusals.raise_first()
            raise
        self._refusals.raise_first()
        return response


def _find_caller() -> str:
    frame = inspect.currentframe()
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module != __name__ and module.partition(".")[0] not in CLIENT_LIBRARIES:
            return f"{shown(Path(frame.f_code.co_filename))}:{frame.f_lineno}"
        frame = frame.f_back
    return "the test"
