"""The transport in this process, with the outcomes that a socket would have."""

import logging
import re

from httpx2 import ASGITransport, LocalProtocolError, RemoteProtocolError, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .timeouts import limited

logger = logging.getLogger(__name__)

# RFC 9110: no control character except a tab inside, and no space at either end.
VALID_HEADER = re.compile(rb"(?:[^\x00-\x20\x7f]+(?:[ \t]+[^\x00-\x20\x7f]+)*)?")


class InProcessTransport(ASGITransport):
    """Calls the app in the test's own task, and waits until it is done.

    Catches what `ASGITransport` alone hides: a request without an answer hangs the run, a response that breaks off
    looks complete, and a header arrives that no client could send.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, raise_app_exceptions=False)

    async def handle_async_request(self, request: Request) -> Response:
        for name, value in request.headers.raw:
            if not VALID_HEADER.fullmatch(value):
                message = f"Illegal header value {name.decode()}: {value!r}"
                raise LocalProtocolError(message, request=request)
        call = _Call(self.app)
        transport = ASGITransport(call, raise_app_exceptions=False)
        async with limited(f"The response to {request.method} {request.url.path}"):
            response = await transport.handle_async_request(request)
        if call.broke_off is not None:
            message = "The app raised in the middle of its response. A server breaks it off there."
            raise RemoteProtocolError(message, request=request) from call.broke_off
        return response


class _Call:
    """The app for one request; `broke_off` is an exception in the middle of its response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.broke_off: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = ended = False

        async def watch(message: Message) -> None:
            nonlocal begun, ended
            await send(message)
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body")

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            logger.exception("Exception in ASGI application")  # as a server logs it
            if begun and not ended:
                self.broke_off = error
            raise
