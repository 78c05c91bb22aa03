"""A request while the app serves it: what it asked the database for, and how far its response is."""

import sys
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.types import Message, Receive, Scope, Send


@dataclass
class ServedRequest:
    """A request while the app serves it; `selects` counts, by statement and line, what ran since its last message.

    So a page of a stream, a message of a websocket and background tasks are counted by themselves. `handled` is the
    error that a handler answered with the `status`.
    """

    scope: Scope
    selects: Counter[tuple[str, str]] = field(default_factory=Counter)
    status: int = 0
    handled: BaseException | None = None
    complete: bool = False
    ended: bool = False

    def receiving(self, receive: Receive) -> Receive:
        async def wrapped() -> Message:
            self.selects.clear()
            return await receive()

        return wrapped

    def sending(self, send: Send) -> Send:
        async def wrapped(message: Message) -> None:
            self.selects.clear()
            if message["type"] == "http.response.start":
                self.status, self.handled = message["status"], sys.exc_info()[1]
            await send(message)
            self.complete = message["type"] == "http.response.body" and not message.get("more_body")

        return wrapped


served_request: ContextVar[ServedRequest | None] = ContextVar("oneloop_served_request", default=None)
