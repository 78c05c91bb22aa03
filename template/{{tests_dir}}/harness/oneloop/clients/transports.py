"""The transports: in this process, with the outcomes that a socket would have, and over a socket to the live server."""

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator

from starlette.types import ASGIApp, Receive, Scope, Send

from ..app.running_app import ResponseWatch
from ..http_library import httpx
from .live_server import Call, LiveServer
from .timeouts import limited

logger = logging.getLogger(__name__)
# RFC 9110: no control character except a tab inside, and no space at either end.
VALID_HEADER = re.compile(rb"(?:[^\x00-\x20\x7f]+(?:[ \t]+[^\x00-\x20\x7f]+)*)?")
LEFT_SECONDS = 2.0  # for the app to notice that its client has left
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to load them takes 30 ms for each client


class InProcessTransport(httpx.ASGITransport):
    """Calls the app in this process; a missing or broken response is an error, as over a socket."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, raise_app_exceptions=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for name, value in request.headers.raw:
            if not VALID_HEADER.fullmatch(value):
                raise httpx.LocalProtocolError(f"Illegal header value {name.decode()}: {value!r}", request=request)
        broke_off: Exception | None = None

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal broke_off
            answer = ResponseWatch(send)
            try:
                await self.app(scope, receive, answer.send)
            except Exception as error:
                logger.exception("Exception in ASGI application")  # as a server logs it
                if answer.begun and not answer.complete:
                    broke_off = error
                raise

        async with limited(f"The response to {request.method} {request.url.path}"):
            response = await httpx.ASGITransport(call, raise_app_exceptions=False).handle_async_request(request)
        if broke_off is not None:
            message = "The app raised in the middle of its response. A server breaks it off there."
            raise httpx.RemoteProtocolError(message, request=request) from broke_off
        return response


class LiveTransport(httpx.AsyncHTTPTransport):
    """Returns a response that was read to its end once the app's call has ended, background tasks included."""

    def __init__(self, server: LiveServer) -> None:
        super().__init__(verify=NO_CERTIFICATES, trust_env=False)
        self._server = server

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        async with limited(f"The response to {name}, over the socket,"):
            response = await super().handle_async_request(request)
        call = self._server.calls.get(response.extensions["network_stream"].get_extra_info("client_addr"))
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, call, name)
        return response


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, call: Call | None, name: str) -> None:
        self._stream = stream
        self._call = call
        self._name = name
        self._complete = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._stream)
        while not self._complete:
            async with limited(f"The next part of the response to {self._name}"):
                part = await anext(parts, None)
            if part is None:
                self._complete = True
            else:
                yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
        if self._call is None:
            return
        async with limited(f"The end of the background tasks of {self._name}"):
            await asyncio.wait([self._call], timeout=None if self._complete else LEFT_SECONDS)
