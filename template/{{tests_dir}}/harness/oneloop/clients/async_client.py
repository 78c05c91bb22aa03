"""The async client that a test holds: the same class in this process and over a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from ..http_library import httpx
from .live_server import LiveServer
from .timeouts import LIMIT_SECONDS, NoAnswerError
from .transports import InProcessTransport, LiveTransport

if TYPE_CHECKING:
    from httpx2.websockets import AsyncWebSocketSession

BASE_URL = "http://test"
ServeWebsocket = Callable[[Scope, Receive, Send, asyncio.Future[None]], Awaitable[None]]


class OneloopClient(httpx.AsyncClient):
    """An `AsyncClient` that opens websockets too, and waits for nothing without an end."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport, base_url: httpx.URL | str, serve: ServeWebsocket | None = None
    ) -> None:
        # The transports limit each wait, and pause in a debugger; httpx2's timeouts would not.
        super().__init__(transport=transport, base_url=base_url, timeout=None)
        self._serve = serve

    @asynccontextmanager
    async def websocket(self, url: httpx.URL | str, **options: Any) -> "AsyncIterator[AsyncWebSocketSession]":
        """Open a websocket as this client's user. A refusal is httpx2's `WebSocketUpgradeError`, with the response."""
        from httpx2 import websockets  # noqa: PLC0415  it takes 40 ms, and most runs open no websocket

        raised: list[Exception] = []

        class Session(websockets.AsyncWebSocketSession):
            async def receive(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109  httpx2's signature
                try:
                    return await super().receive(LIMIT_SECONDS if timeout is None else timeout)
                except TimeoutError:
                    if timeout is not None:
                        raise
                    raise NoAnswerError(f"The next message of the websocket {url}") from None
                except websockets.WebSocketDisconnect:
                    if not raised:
                        raise
                    raise websockets.WebSocketNetworkError from raised[0]  # as a server: without a close frame

        try:
            async with AsyncExitStack() as stack:
                client: httpx.AsyncClient = self
                if self._serve is not None:
                    left = asyncio.get_running_loop().create_future()
                    app = _noting(self._serve, left, raised)
                    transport = websockets.ASGIWebSocketTransport(app, initial_receive_timeout=LIMIT_SECONDS)
                    same: Any = {"base_url": self.base_url, "headers": self.headers, "cookies": self.cookies}
                    client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, **same))
                    stack.callback(left.set_result, None)  # after the session's end, before the transport waits
                sockets = websockets.AsyncWebSocketClient(client, session_class=Session)
                try:
                    session = await stack.enter_async_context(sockets.connect(str(url), **options))
                except websockets.WebSocketDisconnect as refusal:  # before it was accepted
                    raise websockets.WebSocketUpgradeError(httpx.Response(500 if raised else 403)) from refusal
                yield session
        except BaseExceptionGroup as group:
            error: BaseException = group
            while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
                error = error.exceptions[0]  # each of httpx2's task groups wraps an error of the block
            raise error from error.__cause__


def _noting(serve_websocket: ServeWebsocket, left: asyncio.Future[None], raised: list[Exception]) -> ASGIApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        try:  # servers have this extension: a refusal by `HTTPException` keeps its status
            await serve_websocket({**scope, "extensions": {"websocket.http.response": {}}}, receive, send, left)
        except Exception as error:
            raised.append(error)
            raise

    return serve


def open_async_client(asgi: ASGIApp, base_url: httpx.URL | str = "", context: Context | None = None) -> OneloopClient:
    """Return a client in this process and on this loop. Its requests run in copies of `context`, or of the test's."""
    transport = InProcessTransport(asgi, context)
    return OneloopClient(transport, base_url or BASE_URL, transport.serve_websocket)


def open_live_client(server: LiveServer, base_url: str = "") -> OneloopClient:
    client = OneloopClient(LiveTransport(server), server.url)
    if base_url:
        client.headers["host"] = httpx.URL(base_url).netloc.decode()
    return client
