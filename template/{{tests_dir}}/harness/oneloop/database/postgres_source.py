"""Where PostgreSQL comes from: TEST_DATABASE_URL, or an embedded server that starts while pytest collects."""

import asyncio
import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from ..errors import OneloopError
from ..postgres import PostgresServer, start_temporary
from .database_admin import DRIVER
from .kept_template import KeptTemplate
from .run_server import ROLE, GivenServer, RunServer
from .worker_databases import WorkerDatabases

VARIABLE = "TEST_DATABASE_URL"
EMBEDDED_DATABASE = "test"


class PostgresSource:
    def __init__(self, variable: str = VARIABLE, *, tcp: bool = False) -> None:
        self._variable, self._tcp = variable, tcp
        OneloopError.server_variable = variable or VARIABLE
        self._given = os.environ.get(variable)
        self._environment = dict(os.environ)
        self.embedded = not self._given
        self._app_role = ""
        self.kept: KeptTemplate | None = None
        self._given_server: GivenServer | None = None
        self._address: Future[str] = Future()
        self._starting: Future[PostgresServer] | None = None
        self._executor: ThreadPoolExecutor | None = None

    @property
    def described(self) -> str:
        if self.embedded:
            return f"embedded PostgreSQL, plain role {ROLE!r}"
        if self._given_server is None:  # nothing is run
            return self._variable
        server = self._given_server.ready.result()
        made = "as it is" if server.app == server.admin else "made for this run"
        return f"{self._variable}, plain role {server.app.username!r}, {made}"

    @property
    def log(self) -> Path | None:
        return None if self._starting is None or self._starting.exception() else self._starting.result().log

    def start(self, run: str = "", app_role: str = "") -> None:
        self._app_role = app_role
        if self._executor is not None:
            return
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="oneloop-postgres")
        if self._given:
            given = self._given, self._variable, self._environment
            self._given_server = GivenServer(*given, run=run, role=app_role, kept=self.kept)
            self._executor.submit(asyncio.run, self._given_server.live())
        else:
            start = partial(start_temporary, announce=self._address.set_result, tcp=self._tcp)
            self._starting = self._executor.submit(partial(start, load=self.kept.load) if self.kept else start)

    def server(self, *, ready: bool = True) -> RunServer:
        """Return the server once it is ready, or as soon as its address is known."""
        if self._given_server is not None:
            return self._given_server.ready.result()
        assert self._starting is not None
        if not ready:
            first: list[Future[Any]] = [self._address, self._starting]
            wait(first, return_when=FIRST_COMPLETED)
        url = self._address.result() if not ready and self._address.done() else self._starting.result().url
        admin = make_url(url).set(drivername=DRIVER, database=EMBEDDED_DATABASE)
        return RunServer.with_roles(admin, ROLE, str(admin.password), self._app_role)

    def databases(self, server: RunServer, run: str, worker: str) -> WorkerDatabases:
        return WorkerDatabases(server, run, worker)

    def stop(self) -> None:
        if self._given_server is not None:
            self._given_server.stop()
        if self._starting is not None:
            with suppress(Exception):  # a failed start was reported by the test that needed it
                self._starting.result().stop()
        if self._executor is not None:
            self._executor.shutdown()
