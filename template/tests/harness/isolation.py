"""What happens after each test: leftovers are waited for and named, and every row is deleted."""

import asyncio
from collections.abc import Collection

from .errors import LeakError
from .guard import Guard
from .places import Places
from .sessions import Sessions
from .statements import Statements
from .wipe.errors import SchemaChangedError

PATIENCE_SECONDS = 2.0


class Isolation:
    """Keeps one test from the next; one of them for each process.

    `guard` and `statements` watch from the start of the run; the loop and the databases come with
    the first test that needs one. `unseen` is set for a test that may use one by a driver of its
    own, which no engine sees.
    """

    def __init__(self) -> None:
        self.guard = Guard()
        self.sessions = Sessions()
        self.statements = Statements()
        self.places = Places(self.guard, moved=self.call)
        self.unseen = False
        self._before: Collection[asyncio.Task[object]] = ()

    def begin(self, test: str) -> None:
        """Note which test runs now; fixtures that it sets up are its own."""
        self.guard.test = test
        self.guard.touched = self.unseen = False
        self.guard.violations.clear()
        self.statements.clear()

    def call(self) -> None:
        """Note which tasks live as the test's body begins: those of fixtures, or of the app."""
        if self.guard.loop is not None:
            self._before = asyncio.all_tasks(self.guard.loop)

    def end(self) -> None:
        """Wait for leftovers, wipe, and raise what the test did wrong, by its name."""
        guard = self.guard
        if guard.loop is None:
            guard.raise_violation()
            return
        leaks = []
        late = [task for task in asyncio.all_tasks(guard.loop) if task not in self._before]
        if late:
            leaks += guard.loop.run_until_complete(self._settle(late))
        if guard.touched or self.unseen or self.places.own:
            leaks += guard.loop.run_until_complete(self._clean(self.places))
        guard.raise_violation()
        if leaks:
            raise LeakError(guard.test, leaks)

    async def _settle(self, late: list[asyncio.Task[object]]) -> list[str]:
        _, pending = await asyncio.wait(late, timeout=PATIENCE_SECONDS)
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=PATIENCE_SECONDS)
        return [
            f"the task {task.get_name()!r}, still running: {task.get_coro()}" for task in pending
        ]

    async def _clean(self, places: Places) -> list[str]:
        leaks = await self.sessions.close_open()
        if places.own:
            return leaks + await places.bring_back()
        wiped = await places.wipe(look_closer=self.unseen or self.statements.schema)
        if wiped.beyond:
            self.guard.violations.append(SchemaChangedError(self.guard.test, wiped.beyond))
        return leaks + wiped.leaks
