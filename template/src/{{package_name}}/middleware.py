"""The middleware and its order. Every answer has the same headers: 200, 401, 422 and 500."""

import logging
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import problem
from .observability import request_id
from .settings import Settings

REQUEST_ID_HEADER = "X-Request-ID"
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

BROKE_OFF = "broke_off"  # the member of a request's state with the error of a broken stream

logger = logging.getLogger(__name__)


class RequestIdMiddleware(BaseHTTPMiddleware):
    """Gives each request an id, that of the caller if it is safe, and logs the request."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Answer with the id in a header."""
        given = request.headers.get(REQUEST_ID_HEADER, "")
        this = given if SANE_REQUEST_ID.fullmatch(given) else uuid4().hex
        token = request_id.set(this)
        started = perf_counter()
        try:
            response = await call_next(request)
            _break_off_too(response, request)
            response.headers[REQUEST_ID_HEADER] = this
            logger.info(
                "request",
                extra={
                    "method": request.method,
                    "path": request.url.path,
                    "status": response.status_code,
                    "milliseconds": round((perf_counter() - started) * 1000, 1),
                },
            )
            return response
        finally:
            request_id.reset(token)


def _break_off_too(response: Response, request: Request) -> None:
    # BaseHTTPMiddleware ends a broken stream like a complete one, so the client could not see that
    # a part is missing.
    parts = response.body_iterator  # type: ignore[attr-defined]  # that of `call_next` has it

    async def watched() -> AsyncIterator[Any]:
        async for part in parts:
            yield part
        if error := getattr(request.state, BROKE_OFF, None):
            raise error

    response.body_iterator = watched()  # type: ignore[attr-defined]  # likewise


class SecurityHeadersMiddleware:
    """Adds headers against content sniffing, framing and caching."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and add the headers that the answer lacks."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class UnexpectedErrorMiddleware:
    """Turns an unhandled error into a 500 without details, and logs it with its traceback.

    Starlette's own handler is outside all middleware, so its 500 would have neither the request's
    id nor the headers above.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and answer if it raises before its answer started."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            logger.exception("unexpected error")
            if started or scope["type"] != "http":
                # The answer has started: a background task or a stream failed.
                scope.setdefault("state", {})[BROKE_OFF] = error
                raise
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            response = problem(status, "Something went wrong on our side. It has been recorded.")
            await response(scope, receive, send)


def build_middleware(settings: Settings) -> list[Middleware]:
    """Return the middleware, the outermost first."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["Authorization", "Content-Type", REQUEST_ID_HEADER],
        expose_headers=[REQUEST_ID_HEADER],
    )
    return [
        *([cors] if settings.cors_origins else []),
        Middleware(RequestIdMiddleware),
        Middleware(SecurityHeadersMiddleware),
        Middleware(UnexpectedErrorMiddleware),
    ]
