"""The middleware and its order. Every answer has the same headers: 200, 401, 422 and 500."""

import logging
import re
from http import HTTPStatus
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import problem
from .observability import REQUEST_ID, current_request
from .settings import Settings

REQUEST_ID_HEADER = "X-Request-ID"
SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

logger = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Gives a request or websocket an id, that of the caller if it is safe; logs the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and answer with the id in a header."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
        this = given if SANE_REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})[REQUEST_ID] = this
        started = perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = this
                logger.info(
                    "request",
                    extra={
                        "method": scope["method"],
                        "path": scope["path"],
                        "status": message["status"],
                        "milliseconds": round((perf_counter() - started) * 1000, 1),
                    },
                )
            await send(message)

        token = current_request.set(scope)
        try:
            await self.app(scope, receive, send_with_id)
        finally:
            current_request.reset(token)


class SecurityHeadersMiddleware:
    """Adds headers against content sniffing, framing and caching."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = Headers(SECURITY_HEADERS).raw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, and add the headers that the answer lacks."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                names = {name for name, _ in given}
                added = [(name, value) for name, value in self.headers if name not in names]
                message["headers"] = [*given, *added]
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
        started = ended = False

        async def watch(message: Message) -> None:
            nonlocal started, ended
            started = True
            await send(message)
            ended = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            logger.info("the client hung up before its body ended")
        except Exception:
            if ended:
                # A background task failed. If it were raised, the server would close the
                # connection, and the next request on it would be lost.
                logger.exception("error after the answer")
                return
            logger.exception("unexpected error")
            if started or scope["type"] != "http":
                raise  # so that half an answer does not look complete
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            response = problem(status, "Something went wrong on our side. It has been recorded.")
            await response(scope, receive, send)


class BodyLimitMiddleware:
    """Refuses a large body: by its declared length before it is read, else as it arrives."""

    def __init__(self, app: ASGIApp, max_body_size: int) -> None:
        self.app = app
        self.limited = RequestBodyLimitMiddleware(app, max_body_size)
        self.max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Call the app, or answer 413."""
        headers = Headers(raw=scope.get("headers", []))  # the scope of the lifespan has none
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self.max_body_size:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            response = problem(status, f"The body has more than {self.max_body_size} bytes.")
            await response(scope, receive, send)
            return
        # Without the two headers a request of HTTP/1.1 has no body; one of HTTP/2 may have.
        may_have_body = (
            declared or "transfer-encoding" in headers or scope.get("http_version") == "2"
        )
        await (self.limited if may_have_body else self.app)(scope, receive, send)


def build_middleware(settings: Settings) -> list[Middleware]:
    """Return the middleware, the outermost first."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["Authorization", "Content-Type", REQUEST_ID_HEADER],
        expose_headers=[REQUEST_ID_HEADER, "Retry-After"],
    )
    return [
        *([cors] if settings.cors_origins else []),
        Middleware(RequestIdMiddleware),
        Middleware(SecurityHeadersMiddleware),
        Middleware(UnexpectedErrorMiddleware),
        Middleware(BodyLimitMiddleware, max_body_size=settings.max_body_bytes),
    ]
