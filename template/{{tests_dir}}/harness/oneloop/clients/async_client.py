"""The async client that a test holds: the same in this process and over a socket."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

from httpx2 import URL, AsyncBaseTransport, AsyncClient
from starlette.types import ASGIApp

from .asgi_transport import InProcessTransport
from .live_server import LiveServer
from .socket_transport import LiveTransport
from .timeouts import LIMIT_SECONDS, NoAnswerError

if TYPE_CHECKING:
    from httpx2.websockets import AsyncWebSocketSession

BASE_URL = "http://test"


class OneloopClient(AsyncClient):
    """An `AsyncClient` whose waits end by `NoAnswerError`, and whose websockets do too."""

    def __init__(
        self, transport: AsyncBaseTransport, base_url: str, asgi: ASGIApp | None = None
    ) -> None:
        # The transports limit each wait, and stop counting in a debugger; httpx2's time-outs do not.
        super().__init__(transport=transport, base_url=base_url, timeout=None)
        self._asgi = asgi

    @asynccontextmanager
    async def websocket(
        self, url: URL | str, **options: Any
    ) -> "AsyncIterator[AsyncWebSocketSession]":
        """Open a websocket as this client's user: `async with client.websocket("/feed") as ws`.

        A refusal is httpx2's `WebSocketUpgradeError`, which has the answer. What fails in the block
        comes out as it is: httpx2 would wrap an assertion into an `ExceptionGroup`.
        """
        from httpx2.websockets import (  # noqa: PLC0415  most runs open none
            AsyncWebSocketClient,
            AsyncWebSocketSession,
        )

        class Session(AsyncWebSocketSession):
            async def receive(self, timeout: float | None = None) -> Any:  # noqa: ASYNC109  httpx2's signature
                try:
                    return await super().receive(LIMIT_SECONDS if timeout is None else timeout)
                except TimeoutError:
                    if timeout is not None:
                        raise
                    raise NoAnswerError(f"The websocket {url}, its next message") from None

        try:
            async with AsyncExitStack() as stack:
                client: AsyncClient = self
                if self._asgi is not None:
                    client = await stack.enter_async_context(self._to_asgi())
                connecting = AsyncWebSocketClient(client, session_class=Session)
                yield await stack.enter_async_context(connecting.connect(str(url), **options))
        except BaseExceptionGroup as group:
            error: BaseException = group
            while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
                error = error.exceptions[0]
            raise error from None

    def _to_asgi(self) -> AsyncClient:
        # httpx2's transport holds a task group, so it lives as long as the websocket's block:
        # pytest-asyncio runs the two halves of a fixture in two tasks.
        from .websocket_transport import WebSocketTransport  # noqa: PLC0415  as above

        assert self._asgi is not None
        return AsyncClient(
            transport=WebSocketTransport(self._asgi),
            base_url=self.base_url,
            headers=self.headers,
            cookies=self.cookies,
        )


def open_async_client(asgi: ASGIApp) -> OneloopClient:
    """Return a client on the app, in this process and on this loop.

    An exception in the app is a 500, as a client in production gets it; its traceback is in the
    log that pytest prints.
    """
    return OneloopClient(InProcessTransport(asgi), BASE_URL, asgi)


def open_live_client(server: LiveServer) -> OneloopClient:
    """Return a client on the app, over the socket of a server that was started."""
    return OneloopClient(LiveTransport(server), server.url)
