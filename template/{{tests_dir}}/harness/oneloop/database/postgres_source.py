"""Where PostgreSQL comes from: TEST_DATABASE_URL, or an embedded server for this test run."""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, make_url

from ..postgres import PostgresServer, start_server
from .database_admin import DRIVER, server_url
from .worker_databases import WorkerDatabases

VARIABLE = "TEST_DATABASE_URL"
EMBEDDED_DATABASE = "test"


class PostgresSource:
    """A given server, or an embedded one that starts while pytest collects.

    `usable` is whether its URL can be read without starting it.
    """

    def __init__(self) -> None:
        self._given = os.environ.get(VARIABLE)
        self.embedded = not self._given
        self.described = "embedded PostgreSQL" if self.embedded else VARIABLE
        self._starting: Future[PostgresServer] | None = None
        self._executor: ThreadPoolExecutor | None = None

    @property
    def usable(self) -> bool:
        started = self._starting is not None and self._starting.exception() is None
        return bool(self._given) or started

    @property
    def log(self) -> Path | None:
        if self._starting is None or not self.usable:
            return None
        return self._starting.result().log

    def start(self) -> None:
        """Start the embedded server in a thread, or check the URL of a given server."""
        if self._given:
            server_url(self._given, where=VARIABLE)
        elif self._starting is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="oneloop-postgres")
            self._starting = self._executor.submit(start_server)

    def url(self) -> URL:
        self.start()
        if self._given:
            return server_url(self._given, where=VARIABLE)
        assert self._starting is not None
        base = make_url(self._starting.result().url)
        return base.set(drivername=DRIVER, database=EMBEDDED_DATABASE)

    def databases(self, url: URL, run: str, worker: str) -> WorkerDatabases:
        return WorkerDatabases(url, run, worker)

    def stop(self) -> None:
        if self._starting is not None:
            with suppress(Exception):  # a failed start was reported by the test that needed it
                self._starting.result().stop()
        if self._executor is not None:
            self._executor.shutdown()
