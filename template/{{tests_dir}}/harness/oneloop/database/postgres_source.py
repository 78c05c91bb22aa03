"""Where PostgreSQL comes from: TEST_DATABASE_URL, or an embedded server for this run alone."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import URL, make_url

from ..postgres import PostgresServer, start_server
from .database_url import DRIVER, server_url
from .worker_databases import Databases, WorkerDatabases

VARIABLE = "TEST_DATABASE_URL"
EMBEDDED_DATABASE = "test"


class DatabaseSource(Protocol):
    """What a run asks of the place that its databases are in."""

    described: str
    embedded: bool

    @property
    def usable(self) -> bool:
        """Whether its URL can be had without a start, and without an error."""
        ...

    @property
    def log(self) -> Path | None:
        """The file of the server's log, if there is one."""
        ...

    def start(self) -> None:
        """Begin to start, and return at once."""
        ...

    def url(self) -> URL:
        """Return the URL of the base database, once it answers."""
        ...

    def databases(self, url: URL, run: str, worker: str) -> Databases:
        """Return the databases of one process of a run."""
        ...

    def stop(self) -> None:
        """Stop it, if it was started."""
        ...


class PostgresSource:
    """The server of this run, started while pytest collects and asked for when first needed."""

    def __init__(self) -> None:
        self._given = os.environ.get(VARIABLE)
        self.embedded = not self._given
        self.described = "embedded PostgreSQL" if self.embedded else VARIABLE
        self._starting: Future[PostgresServer] | None = None
        self._executor: ThreadPoolExecutor | None = None

    @property
    def usable(self) -> bool:
        """Whether its URL can be had without a start, and without an error."""
        return bool(self._given) or (
            self._starting is not None and self._starting.exception() is None
        )

    @property
    def log(self) -> Path | None:
        """The log of the embedded server, once it has started."""
        if self._starting is None or not self.usable:
            return None
        return self._starting.result().log

    def start(self) -> None:
        """Begin to start the embedded server, and return at once; check the URL of a given one."""
        if self._given:
            server_url(self._given, where=VARIABLE)
        elif self._starting is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="oneloop-postgres")
            self._starting = self._executor.submit(start_server)

    def url(self) -> URL:
        """Return the URL of the base database, once the server answers."""
        self.start()
        if self._given:
            return server_url(self._given, where=VARIABLE)
        assert self._starting is not None
        base = make_url(self._starting.result().url).set(database=EMBEDDED_DATABASE)
        return base.set(drivername=DRIVER)

    def databases(self, url: URL, run: str, worker: str) -> Databases:
        """Return the databases of one process of a run."""
        return WorkerDatabases(url, run, worker)

    def stop(self) -> None:
        """Stop the embedded server, if it was started."""
        if self._starting is not None:
            with suppress(Exception):  # the test that needed it has reported a failed start
                self._starting.result().stop()
        if self._executor is not None:
            self._executor.shutdown()
