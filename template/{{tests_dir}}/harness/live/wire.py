"""The wire of a websocket within the process: frames at one end, messages at the other."""

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

from httpx2 import AsyncByteStream
from starlette.types import ASGIApp, Message
from wsproto.connection import Connection, ConnectionType
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    TextMessage,
)

from .patience import patience

LEFT_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Wire(AsyncByteStream):
    """What httpx2's session takes for a connection: it reads and writes a websocket's bytes."""

    def __init__(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        self.path = scope["path"]
        self._app = app
        self._frames = Connection(ConnectionType.SERVER)
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message | None] = asyncio.Queue()
        self._pong = b""
        self._left = False
        self._data: list[Any] = []
        self._to_app.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._run(scope), name=f"websocket {self.path}")

    async def first(self) -> Message:
        """Return the app's first message; one that ends without any is a 500, as on a server."""
        async with patience(f"The websocket {self.path}, to be accepted"):
            message = await self._from_app.get()
        return message or {"type": "websocket.close", "status": 500}

    async def refusal(self) -> Any:
        """Yield the body of the answer that the app gives in place of a websocket."""
        more = True
        while more:
            async with patience(f"The websocket {self.path}, to be refused"):
                message = await self._from_app.get() or {}
            yield message.get("body", b"")
            more = message.get("more_body", False)
        await self.leave()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109  httpcore2's signature
        """Return a frame that the app sent; nothing when it has hung up."""
        message = await self._from_app.get()
        if message is None:
            return b""
        if message["type"] == "websocket.close":
            return self._frames.send(
                CloseConnection(message.get("code", 1000), message.get("reason") or "")
            )
        if message["type"] == "pong":
            return bytes(message["bytes"])
        text = message.get("text")
        return self._frames.send(
            BytesMessage(message["bytes"]) if text is None else TextMessage(text)
        )

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109  httpcore2's signature
        """Hand the app what the client's frames say."""
        self._frames.receive_data(buffer)
        for event in self._frames.events():
            for message in self._messages(event):
                self._to_app.put_nowait(message)

    def _messages(self, event: Event) -> Iterator[Message]:
        if isinstance(event, Ping):
            pong = self._frames.send(event.response())
            self._from_app.put_nowait({"type": "pong", "bytes": pong})
        elif isinstance(event, CloseConnection):
            self._left = True
            yield {"type": "websocket.disconnect", "code": event.code, "reason": event.reason}
        elif isinstance(event, TextMessage | BytesMessage):
            self._data.append(event.data)
            if event.message_finished:
                kind = "text" if isinstance(event, TextMessage) else "bytes"
                data, self._data = self._data[0][:0].join(self._data), []
                yield {"type": "websocket.receive", kind: data}

    async def aclose(self) -> None:
        """Tell the app that the client is gone."""
        if not self._left:
            self._left = True
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006, "reason": ""})

    async def leave(self) -> None:
        """Tell the app that the client is gone, and let it end."""
        await self.aclose()
        await asyncio.wait([self._task], timeout=LEFT_SECONDS)

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._app(scope, self._to_app.get, self._send)
        except Exception:
            # The client sees the connection end, and the log says why, as on a server.
            logger.exception("Exception in ASGI application")
        finally:
            self._from_app.put_nowait(None)

    async def _send(self, message: Message) -> None:
        if self._left:
            reason = "The client has left."
            raise OSError(reason)
        self._from_app.put_nowait(message)
