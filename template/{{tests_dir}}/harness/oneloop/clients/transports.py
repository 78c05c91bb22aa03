"""The transports: in this process, with the outcomes that a socket would have, and over a socket to the live server."""

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextvars import Context
from typing import Any, TypeVar, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..app.running_app import CLIENT_LEFT, ResponseWatch
from ..http_library import httpx
from .live_server import Call, LiveServer
from .timeouts import NoAnswerError, limited

logger = logging.getLogger(__name__)
# RFC 9110: no control character except a tab inside, and no space at either end.
VALID_HEADER = re.compile(rb"(?:[^\x00-\x20\x7f]+(?:[ \t]+[^\x00-\x20\x7f]+)*)?")
T = TypeVar("T")
DISCONNECT: Message = {"type": "http.disconnect"}
LEFT_SECONDS = 2.0  # for the app to notice that its client has left
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # to load them takes 30 ms for each client


class InProcessTransport(httpx.ASGITransport):
    """Calls the app in this process; a missing or broken response is an error, as over a socket.

    Each call is a task of its own. As with a server, it runs on when its client has left, and receives `DISCONNECT`.
    """

    def __init__(self, app: ASGIApp, context: Context | None = None) -> None:
        super().__init__(app, raise_app_exceptions=False)
        self._context = context

    def _start(self, call: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        context = self._context.copy() if self._context else None
        return asyncio.create_task(call, name="oneloop: request", context=context)

    async def serve_websocket(self, scope: Scope, receive: Receive, send: Send, left: asyncio.Future[None]) -> None:
        """Once the client has `left`, the app has a moment to notice it. Then it runs on, as with a server: a leak."""
        call = self._start(cast("Coroutine[Any, Any, None]", self.app(scope, receive, send)))
        try:
            await asyncio.wait([call, left], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait([call], timeout=LEFT_SECONDS)
        except asyncio.CancelledError:
            call.cancel()
            await call
            raise
        if call.done():
            call.result()
        else:
            call.set_name(f"WEBSOCKET {scope['path']}{CLIENT_LEFT}")

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for header, value in request.headers.raw:
            if not VALID_HEADER.fullmatch(value):
                raise httpx.LocalProtocolError(f"Illegal header value {header.decode()}: {value!r}", request=request)
        broke_off: Exception | None = None
        left = asyncio.get_running_loop().create_future()
        seconds = request.extensions.get("timeout", {}).get("read")  # for each part of the response
        waits = asyncio.timeout(seconds)

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal broke_off
            answer = ResponseWatch(send)
            try:
                await self.app(scope, until(left, receive), renewing(waits, seconds, left, answer))
            except Exception as error:
                logger.exception("Exception in ASGI application")  # as a server logs it
                if answer.begun and not answer.complete:
                    broke_off = error
                raise

        name = f"{request.method} {request.url.path}"
        exchange = self._start(httpx.ASGITransport(call, raise_app_exceptions=False).handle_async_request(request))
        try:
            async with limited(f"The response to {name}"), waits:
                response = await asyncio.shield(exchange)
        except NoAnswerError:
            exchange.cancel()  # the test has failed, and the next one needs its locks
            await asyncio.wait([exchange], timeout=LEFT_SECONDS)
            raise
        except (asyncio.CancelledError, TimeoutError) as error:
            left.set_result(None)
            exchange.set_name(f"{name}{CLIENT_LEFT}")
            if isinstance(error, TimeoutError):
                raise httpx.ReadTimeout(f"{name}: no response in {seconds} s", request=request) from None
            raise
        if broke_off is not None:
            message = "The app raised in the middle of its response. A server breaks it off there."
            raise httpx.RemoteProtocolError(message, request=request) from broke_off
        return response


def renewing(waits: asyncio.Timeout, seconds: float | None, left: asyncio.Future[None], answer: ResponseWatch) -> Send:
    """Return a `send` after which the client waits as long again, and no longer for the work after the response."""

    async def send(message: Message) -> None:
        await answer.send(message)
        if seconds is not None and not (left.done() or waits.expired()):
            waits.reschedule(None if answer.complete else asyncio.get_running_loop().time() + seconds)

    return send


def until(left: asyncio.Future[None], receive: Receive) -> Receive:
    """Return `receive` with the message of a server once the client has left."""

    async def receive_or_leave() -> Message:
        if left.done():
            return DISCONNECT
        received = asyncio.create_task(cast("Coroutine[Any, Any, Message]", receive()), name="oneloop: receive")
        either: list[asyncio.Future[Any]] = [received, left]
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return received.result() if received.done() else DISCONNECT
        finally:
            received.cancel()

    return receive_or_leave


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
            self._complete = part is None
            if part is not None:
                yield part

    async def aclose(self) -> None:
        await self._stream.aclose()
        if self._call is None:
            return
        async with limited(f"The end of the background tasks of {self._name}"):
            await asyncio.wait([self._call], timeout=None if self._complete else LEFT_SECONDS)
