"""The client that a test holds: the same in this process and over the socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from httpx2 import URL, AsyncBaseTransport, AsyncClient

from .errors import NoAnswerError
from .patience import LIMIT_SECONDS

if TYPE_CHECKING:
    from httpx2.websockets import AsyncWebSocketSession


class HarnessClient(AsyncClient):
    """An `AsyncClient` whose waits end by `NoAnswerError`, and whose websockets do too."""

    def __init__(self, transport: AsyncBaseTransport, base_url: str) -> None:
        # The transports have patience, which a breakpoint does not use up; httpx2's time-outs,
        # of a client or of one request, count every second.
        super().__init__(transport=transport, base_url=base_url, timeout=None)

    @asynccontextmanager
    async def websocket(
        self, url: URL | str, **options: Any
    ) -> "AsyncIterator[AsyncWebSocketSession]":
        """Open a websocket as this client's person: `async with client.websocket("/feed") as ws`.

        A refusal is httpx2's `WebSocketUpgradeError`, which has the answer. What fails in the block
        comes out as it is: httpx2 would wrap an assertion into an `ExceptionGroup`.
        """
        from httpx2.websockets import (  # noqa: PLC0415  needs wsproto, httpx2[ws]
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
                    waited_for = f"The websocket {url}, its next message"
                    raise NoAnswerError(waited_for, LIMIT_SECONDS) from None

        connecting = AsyncWebSocketClient(self, session_class=Session).connect(str(url), **options)
        try:
            async with connecting as session:
                yield session
        except BaseExceptionGroup as group:
            if len(group.exceptions) == 1:
                raise group.exceptions[0] from None
            raise
