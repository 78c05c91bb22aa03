"""A client's way within the process, with the outcomes that a socket would have."""

import logging
import re

from httpx2 import ASGITransport, LocalProtocolError, RemoteProtocolError, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .timeouts import limited

logger = logging.getLogger(__name__)

# RFC 9110: no control character but a tab within, and no space at either end.
SENDABLE = re.compile(rb"(?:[^\x00-\x20\x7f]+(?:[ \t]+[^\x00-\x20\x7f]+)*)?")


class InProcessTransport(ASGITransport):
    """Calls the app in the test's own task, and waits until it is done.

    Catches what `ASGITransport` alone would hide: a request that is never answered hangs the run,
    an answer that broke off in its middle looks complete, and a header arrives that no client could
    send.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, raise_app_exceptions=False)

    async def handle_async_request(self, request: Request) -> Response:
        """Return the answer; raise what a client over a socket would get in place of one."""
        for name, value in request.headers.raw:
            if not SENDABLE.fullmatch(value):
                message = f"Illegal header value {name.decode()}: {value!r}"
                raise LocalProtocolError(message, request=request)
        answer = _Answer(self.app)
        transport = ASGITransport(answer, raise_app_exceptions=False)
        async with limited(f"{request.method} {request.url.path}"):
            response = await transport.handle_async_request(request)
        if answer.broke_off is not None:
            message = "The app raised in the middle of its answer, which a server breaks off there."
            raise RemoteProtocolError(message, request=request) from answer.broke_off
        return response


class _Answer:
    """The app for one request: it notes an error between the answer's beginning and its end."""

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
            # A server logs it too; the harness must not be where it is lost.
            logger.exception("Exception in ASGI application")
            if begun and not ended:
                self.broke_off = error
            raise
