"""All databases that the tests of this process use, and what has to move when one is replaced."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.util.concurrency import greenlet_spawn

from .errors import DatabaseUnreachableError
from .guard import Guard, exempt
from .outage.signs import LOST
from .place import Change, Place
from .running import RunningApp
from .wipe import Wiped


class Places:
    """The worker's database first, then those that a user added; and the app that runs on them.

    `moved` is called when the app has been started anew: its tasks are not the test's.
    """

    def __init__(self, guard: Guard, moved: Callable[[], None]) -> None:
        self._guard = guard
        self._moved = moved
        self._places: list[Place] = []
        self.app: RunningApp | None = None
        self.keeping = False  # the rows of the running test, to be looked at after the run

    @asynccontextmanager
    async def holding(self, place: Place) -> AsyncIterator[Place]:
        """Make a database at `place`, have it wiped after each test, and drop it at the end."""
        with exempt():
            await place.make()
            self._places.append(place)
        try:
            yield place
        finally:
            with exempt():
                self._places.remove(place)
                # A server that is gone is told of by the test that lost it, and has no databases.
                with suppress(DatabaseUnreachableError, DBAPIError, *LOST):
                    # An engine that nobody disposes of, such as one made at import, may hold a
                    # thread that keeps the process from its end.
                    await self._dispose({place.name})
                    await (place.leave() if self.keeping else place.drop())

    @property
    def own(self) -> bool:
        """Whether the running test has databases of its own."""
        return any(place.aside for place in self._places)

    async def extend(self, change: Change) -> None:
        """Change the schema of the worker's database for all tests, and for fresh ones of it."""
        with exempt():
            await self._places[0].extend(change)

    async def restart_sequences(self) -> None:
        """Let each sequence begin where the migrations left it."""
        with exempt():
            for place in self._places:
                assert place.wiper is not None
                await place.wiper.restart_sequences()

    async def clean(self, *, look_closer: bool) -> Wiped:
        """Have each database as it was before the test, by a wipe or by its own self."""
        if not self.own:
            return await self.wipe(look_closer=look_closer)
        restarted = await self._restarted(self._places[0])
        return Wiped(await self.bring_back(), restarted=restarted)

    async def wipe(self, *, look_closer: bool) -> Wiped:
        """Delete what a test left, and replace a database for which that is not enough."""
        leaks: list[str] = []
        beyond: list[str] = []
        restarted = False
        for place in self._places:
            try:
                wiped = await place.wipe(look_closer=look_closer)
            except LOST:
                restarted = await self._restarted(place) or restarted
                await self._renew(place)
                continue
            leaks += wiped.leaks
            beyond += wiped.beyond
            if wiped.beyond:
                await self._renew(place)
        return Wiped(leaks, beyond, restarted)

    async def _restarted(self, place: Place) -> bool:
        with exempt():
            return await place.restarted()

    async def _renew(self, place: Place) -> None:
        async with self._moving():
            await place.renew()

    async def set_aside(self) -> None:
        """Put a fresh database in each place, and the app on it, for the running test."""
        try:
            async with self._moving():
                for place in self._places:
                    await place.set_aside()
        except BaseException:
            await self.bring_back()
            raise

    async def bring_back(self) -> list[str]:
        """Undo `set_aside`; return a line for each transaction that was left open."""
        found: list[str] = []
        async with self._moving():
            for place in self._places:
                found += await place.bring_back()
        return found

    @asynccontextmanager
    async def _moving(self) -> AsyncIterator[None]:
        # The app is stopped, since its lifespan may hold a connection; and each pool is emptied.
        app = self.app
        if app is not None:
            await app.stop()
        with exempt():
            await self._dispose({place.name for place in self._places})
            yield
        if app is not None:
            await app.start()
        self._moved()

    async def _dispose(self, databases: set[str]) -> None:
        for engine in self._guard.engines_on(databases):
            await greenlet_spawn(engine.dispose)
