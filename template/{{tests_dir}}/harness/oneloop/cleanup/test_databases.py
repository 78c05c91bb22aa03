"""The databases that the tests of this process use, and the state that they are in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy.exc import DBAPIError
from sqlalchemy.util import greenlet_spawn

from ..app.running_app import RunningApp
from ..database.database_admin import CONNECTION_LOST
from ..database.engine_guard import EngineGuard, exempt
from ..database.worker_databases import WorkerDatabases
from ..errors import DatabaseUnreachableError
from .wiper import PostgresWiper, WipeResult, open_wiper


class State(Enum):
    CLEAN = auto()  # it has not used them
    USED = auto()  # they are wiped after the test
    OWN = auto()  # it may do anything to them: they are replaced after the test
    LOST = auto()  # no other test may start: they could not be cleaned, the server is gone, or the loop is closed


@dataclass
class TestDatabase:
    """A clone of a template database. Another one takes its name when a test has changed its schema."""

    __test__ = False  # pytest collects classes of this name
    databases: WorkerDatabases
    suffix: str
    template: str
    kept: Collection[str]
    wiper: PostgresWiper | None = None

    @property
    def url(self) -> str:
        return self.databases.url(self.suffix)

    @property
    def name(self) -> str:
        return self.databases.name(self.suffix)

    async def make(self) -> None:
        await self.databases.clone(self.suffix, self.template)
        await self.open_wiper()

    async def wipe(self, *, compare_schema: bool) -> WipeResult:
        assert self.wiper is not None
        return await self.wiper.wipe(compare_schema=compare_schema)

    async def drop(self) -> None:
        await self.close()
        await self.databases.drop(self.suffix)

    async def close(self) -> None:
        wiper, self.wiper = self.wiper, None
        if wiper is not None:
            with suppress(*CONNECTION_LOST, DBAPIError):
                await wiper.close()

    async def open_wiper(self) -> None:
        self.wiper = await open_wiper(self.databases.wiper_urls(self.suffix), self.kept)


class TestDatabases:
    """The worker's database, those that a user added, and their app; `after_test` leads to the next test."""

    __test__ = False  # pytest collects classes of this name

    def __init__(self, guard: EngineGuard) -> None:
        self._guard = guard
        self._databases: list[TestDatabase] = []
        self._compare_schema = False
        self.state = State.CLEAN
        self.app: RunningApp | None = None
        self.app_restarted: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def holding(self, database: TestDatabase) -> AsyncIterator[TestDatabase]:
        with exempt():
            await database.make()
            self._databases.append(database)
        try:
            yield database
        finally:
            with exempt():
                self._databases.remove(database)
                # A lost server was reported by the test that lost it.
                with suppress(DatabaseUnreachableError, DBAPIError, *CONNECTION_LOST):
                    # An engine that is not disposed of may hold a thread that keeps the process alive.
                    await self._dispose({database.name})
                    await database.drop()

    def mark_used(self, *, compare_schema: bool = False) -> None:
        """Have the databases wiped after this test; with `compare_schema`, inspect them as well."""
        self._compare_schema = self._compare_schema or compare_schema
        if self.state is State.CLEAN:
            self.state = State.USED

    async def own_database(self) -> None:
        """Have the databases replaced after this test, which finds them as the migrations left them."""
        self.state = State.OWN
        await self.restart_sequences()
        with exempt():  # no idle connection is of an earlier test; a task of the app returns its own to the same pool
            for engine in self._guard.engines_on({database.name for database in self._databases}):
                await greenlet_spawn(engine.pool.dispose)

    async def after_test(self) -> WipeResult:
        """Restore each database as it was before the test; the next state is CLEAN, or LOST."""
        state, self.state = self.state, State.LOST  # unless all of it succeeds
        result = WipeResult()
        if state is State.LOST:
            return result
        await asyncio.sleep(0)  # a task that the test has cancelled ends now
        ended = []
        if self.app is not None and not self.app.is_running:
            ended = [await self.app.restart()]
            self.app_restarted()
        if state is not State.CLEAN:
            result = await self._clean(replace=state is State.OWN)
        result.leaks.extend(ended)
        self._compare_schema = False
        self.state = State.CLEAN
        return result

    async def restart_sequences(self) -> None:
        for database in self._databases:
            assert database.wiper is not None
            await database.wiper.restart_sequences()

    async def _clean(self, *, replace: bool) -> WipeResult:
        total, spoilt = WipeResult(), [*self._databases]
        for database in self._databases:
            with suppress(*CONNECTION_LOST):  # a test may terminate every connection
                result = await database.wipe(compare_schema=self._compare_schema)
                total.leaks.extend(result.leaks)
                total.schema_changes.extend([] if replace else result.schema_changes)
                if not (replace or result.schema_changes):
                    spoilt.remove(database)
        if spoilt:
            async with self._app_stopped():
                for database in spoilt:
                    await database.drop()
                    await database.make()
        return total

    @asynccontextmanager
    async def _app_stopped(self) -> AsyncIterator[None]:
        # The lifespan may hold a connection, and each pool holds several.
        app = self.app
        if app is not None:
            await app.stop()
        with exempt():
            await self._dispose({database.name for database in self._databases})
            yield
        if app is not None:
            await app.start()
        self.app_restarted()

    async def _dispose(self, databases: set[str]) -> None:
        for engine in self._guard.engines_on(databases):
            await greenlet_spawn(engine.dispose)
