"""All kinds of leaks: noted before a test, found after it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from ..guard import Guard
from ..sessions import Sessions
from .blocking import Blocking
from .clients import Clients
from .connections import Connections
from .failures import Failures
from .garbage import Garbage
from .overrides import Overrides
from .tasks import Tasks


class Leaks:
    """What one test may leave to the next."""

    def __init__(self, guard: Guard, sessions: Sessions) -> None:
        self._guard = guard
        self.sessions = sessions
        self.blocking = Blocking(guard)
        self.clients = Clients()
        self.connections = Connections()
        self.failures = Failures()
        self.garbage = Garbage()
        self.overrides = Overrides()
        self.tasks = Tasks()

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Watch the pools and the loop until the block ends."""
        with self.connections.watched(), self.blocking.installed():
            yield

    def note(self) -> None:
        """Take all that is there now for somebody else's: a test begins."""
        self.failures.note()
        self.overrides.note()
        self._note()

    @contextmanager
    def adopting(self) -> Iterator[None]:
        """Take what is made in this block for somebody else's: a fixture that outlives the test."""
        with self.overrides.adopting():
            yield
        self._note()

    def _note(self) -> None:
        self.clients.note()
        self.connections.note()
        if self._guard.loop is not None:
            self.tasks.note(self._guard.loop)

    def end(self, loop: asyncio.AbstractEventLoop) -> list[str]:
        """End all that is new, and return a line for each; the loop runs only if something is."""
        lines = self.overrides.restore()
        late = self.tasks.late(loop)
        if late:
            lines += loop.run_until_complete(self.tasks.settle(late))
        self.garbage.collect()
        # A session first: it gives its connection back, which is then nobody else's.
        if self.sessions.late or self.connections.late or self.clients.late:
            lines += loop.run_until_complete(self._close())
        return lines + self.failures.take()

    async def _close(self) -> list[str]:
        lines = await self.sessions.close_open()
        lines += await self.connections.take_back()
        return lines + await self.clients.close()
