"""The engine guard: every engine of the process is on the right loop and on a test database."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any
from unittest.mock import patch
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.pool import PoolProxiedConnection

from ..errors import ClientPolicyError, ForeignDatabaseError, Refusals, WrongDatabaseError, WrongLoopError
from .database_admin import is_test_database

exempted: ContextVar[bool] = ContextVar("oneloop_exempted", default=False)  # set by `exempt`
# The line of the test that made a request, while a request of the sync client is served.
sync_call: ContextVar[str | None] = ContextVar("oneloop_sync_call", default=None)


class EngineGuard:
    """Refuses a foreign loop or database in `Engine.raw_connection`: `pool_pre_ping` connects before any event."""

    def __init__(self, refusals: Refusals, run: str, *, every_backend: bool = False) -> None:
        self._refusals = refusals
        self._run = run  # its id is in the name of each of its databases
        self._every_backend = every_backend
        self.allows: Callable[[URL], bool] = lambda _url: False  # of an existing suite
        self.loop: asyncio.AbstractEventLoop | None = None
        self.test = "A fixture"
        self.touched = False
        self._engines: WeakSet[Engine] = WeakSet()

    def installed(self) -> AbstractContextManager[Any]:
        original: Callable[[Engine], PoolProxiedConnection] = Engine.raw_connection

        def raw_connection(engine: Engine) -> PoolProxiedConnection:
            self.check(engine)
            connection = original(engine)
            # Only now: a test of a database that cannot be reached is allowed.
            if self._is_foreign(engine.url):
                connection.invalidate()
                self._refusals.refuse(ForeignDatabaseError(self.test, engine.url.database))
            return connection

        return patch.object(Engine, "raw_connection", raw_connection)  # all engines pass here

    def check(self, engine: Engine) -> None:
        if exempted.get() or self.allows(engine.url):
            return
        self.touched = True
        self._engines.add(engine)
        url = engine.url
        if url.get_backend_name() == "postgresql" and not is_test_database(url.database):
            used = f"{self.test} used an engine whose URL is not that of the settings: it"
            self._refusals.refuse(WrongDatabaseError(url.database, used))
        if self._every_backend and self._is_foreign(url):
            self._refusals.refuse(ForeignDatabaseError(self.test, url.database))
        if engine.dialect.is_async and self.loop and asyncio.get_running_loop() is not self.loop:
            where = sync_call.get()
            if where is not None:
                self._refusals.refuse(ClientPolicyError(self.test, where, "reached the database"))
            self._refusals.refuse(WrongLoopError(self.test))

    def _is_foreign(self, url: URL) -> bool:
        watched = self._every_backend or url.get_backend_name() == "postgresql"
        return watched and self._run not in str(url.database) and not (exempted.get() or self.allows(url))

    def engines_on(self, databases: Collection[str | None]) -> list[Engine]:
        return [engine for engine in self._engines if engine.url.database in databases]


@contextmanager
def listening(target: type, **listeners: Callable[..., None]) -> Iterator[None]:
    for name, listener in listeners.items():
        event.listen(target, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(target, name, listener)


def current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None


@contextmanager
def exempt() -> Iterator[None]:
    """Exempt the plugin's own work. Migrations, for one, run on a loop of Alembic's."""
    token = exempted.set(True)
    try:
        yield
    finally:
        exempted.reset(token)
