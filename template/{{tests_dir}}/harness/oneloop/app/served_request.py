"""A request while the app serves it."""

from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope


@dataclass
class ServedRequest:
    """A request while the app serves it; `selects` counts, by statement and line, what ran since its last message.

    So a page of a stream, a message of a websocket and background tasks are counted by themselves.
    """

    scope: Scope
    selects: Counter[tuple[str, str]] = field(default_factory=Counter)
    ended: bool = False

    def resetting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*message: Any) -> Any:
            self.selects.clear()
            return call(*message)

        return wrapped


served_request: ContextVar[ServedRequest | None] = ContextVar("oneloop_served_request", default=None)
