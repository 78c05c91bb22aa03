"""Clients that a test opened and did not close."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from typing import Any, NamedTuple

from .frames import TESTS, caller, line, own

LIBRARIES = ("httpx2", "httpx")


class Opened(NamedTuple):
    """A client, and where it was opened."""

    client: Any
    where: str


class Clients:
    """The async clients that the code of the tests opened.

    Catches the sockets that a client keeps, and the one who reads the test and copies it into the
    service. A client of the service is not looked at: it may well live as long as the process.
    """

    def __init__(self) -> None:
        self._opened: list[Opened] = []

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the client of each library that is imported by now, until the block ends."""
        classes = [sys.modules[name].AsyncClient for name in LIBRARIES if name in sys.modules]
        originals = [each.__init__ for each in classes]
        for each, original in zip(classes, originals, strict=True):
            each.__init__ = self._noted(original)
        try:
            yield
        finally:
            for each, original in zip(classes, originals, strict=True):
                each.__init__ = original

    def note(self) -> None:
        """Take those that are open now for a wider fixture's."""
        self._opened.clear()

    @property
    def late(self) -> bool:
        """Whether one was opened since, and is not closed."""
        return any(not opened.client.is_closed for opened in self._opened)

    async def close(self) -> list[str]:
        """Close those that are open, and return a line for each."""
        late = [opened for opened in self._opened if not opened.client.is_closed]
        self._opened.clear()
        for opened in late:
            with suppress(Exception):  # one of another loop cannot be closed here
                await opened.client.aclose()
        return [
            f"the {type(opened.client).__name__} opened at {opened.where}, never closed"
            for opened in late
        ]

    def _noted(self, original: Any) -> Any:
        @wraps(original)
        def init(client: Any, *args: Any, **options: Any) -> None:
            original(client, *args, **options)
            frame = own(caller())
            if frame is not None and frame.f_code.co_filename.startswith(TESTS):
                self._opened.append(Opened(client, line(frame)))

        return init
