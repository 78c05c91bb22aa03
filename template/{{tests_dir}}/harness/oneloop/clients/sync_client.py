"""The sync client: for plain routing and validation, and an error for anything else."""

from inspect import currentframe
from typing import Any

from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from ..app.routes import find_route, find_scheme
from ..database.engine_guard import EngineGuard, sync_call
from ..errors import ClientPolicyError, Refusals
from ..http_library import httpx
from ..leaks.code_location import where


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
        self._where = where(currentframe())
        try:
            response = super().send(request, **options)
        except ClientPolicyError as error:
            self._refusals.forget(error)
            raise error.with_traceback(None) from None  # the test's line, not Starlette's threads
        except Exception:
            self._refusals.raise_first()
            raise
        self._refusals.raise_first()
        return response
