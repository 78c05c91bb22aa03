"""The sync client: plain routing and validation, and an error for all that needs more."""

import inspect
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from httpx2 import Request, Response
from starlette.testclient import TestClient  # noqa: TID251  the one place that holds it
from starlette.types import ASGIApp, Receive, Scope, Send

from ..app.routes import find_route, find_scheme
from ..database.engine_guard import EngineGuard, sync_call
from ..errors import ClientPolicyError
from ..refusals import Refusals

CLIENT_LIBRARIES = ("httpx2", "starlette")


class SyncClient(TestClient):
    """Starlette's client for plain routing and validation: one that says so when it is not enough.

    It is never entered, since that would run a second lifespan. Each of its requests runs on a
    loop of its own, so a route that authenticates its caller raises `ClientPolicyError` here, at
    the line of the test, and so does the first use of the database, also when the app turned it
    into a 500. With `exempt`, which the mark `sync_client` gives, a route may authenticate; the
    database stays refused.
    """

    def __init__(  # noqa: PLR0913  what a request has to be judged by
        self,
        asgi: ASGIApp,
        app: FastAPI,
        guard: EngineGuard,
        refusals: Refusals,
        *,
        exempt: bool = False,
    ) -> None:
        self._app = app
        self._guard = guard
        self._refusals = refusals
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
            self._refusals.clear()
            raise error.with_traceback(None) from None  # the test's line, not Starlette's threads
        except Exception:
            self._refusals.raise_first()
            raise
        self._refusals.raise_first()
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
