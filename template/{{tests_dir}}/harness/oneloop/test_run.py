"""A test run in one process, a controller of pytest-xdist or a worker, and everything that lives as long."""

import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, make_url

from .app import AppChanges
from .cleanup.test_databases import TestDatabases
from .config import ProjectConfig
from .database.engine_guard import EngineGuard
from .database.kept_template import KeptTemplate
from .database.postgres_source import PostgresSource
from .database.run_server import RunServer
from .database.sessions import FreshSession
from .database.sql_log import SqlLog
from .database.worker_databases import WorkerDatabases
from .errors import Refusals, TimeLimitError
from .leaks import Leaks
from .leaks.repeated_selects import RepeatedSelects
from .postgres import PostgresUnavailable

NOWHERE = URL.create("postgresql", "oneloop", host="localhost", port=9, database="test_not_available")
NO_SERVER = RunServer(NOWHERE, NOWHERE, NOWHERE)
WORKER = "PYTEST_XDIST_WORKER"
UNREQUESTED = "request_the_fixture_database_url"  # a role that does not exist
LIBPQ = re.compile("PG(?!BIN$|DATA$)[A-Z]+")
ADDRESS = {"PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSERVICE"}


class TestRun:
    __test__ = False  # pytest collects classes whose name starts with Test

    def __init__(
        self,
        config: ProjectConfig,
        source: PostgresSource | None = None,
        *,
        worker: str = "main",
        id: str | None = None,  # noqa: A002  the usual word for it
        server: RunServer | None = None,
    ) -> None:
        self.config = config
        self.source = source or PostgresSource(config.server_url_variable)
        self.kept: KeptTemplate | None = None
        if config.keep_template and not config.existing_suite and sys.platform != "win32":
            self.kept = KeptTemplate(config.folder, repr(replace(config, folder=Path())))
        self.source.kept = self.kept
        self.worker = worker
        self.id = id or uuid4().hex[:8]
        self.server = server
        self.server_log: str | None = None
        self.resources = ExitStack()
        self._environment: dict[str, str | None] = {}
        self._names: dict[str, list[object]] = {}
        self.shows_database = False
        self.with_database = {"_database", "settings"}  # wider fixtures that depend on it, by their names
        self.resources.callback(lambda: self._set(self._environment))
        self.refusals = Refusals()
        self.guard = EngineGuard(self.refusals, self.id, every_backend=config.existing_suite)
        self.sql_log = SqlLog(None if config.existing_suite else self.refusals)
        self.leaks = Leaks(config)
        self.app_changes = AppChanges()
        self.session: FreshSession | None = None  # the test's
        self.unseen_rows = 0  # of that session, in the last request
        self.repeated_selects = RepeatedSelects(config.repeated_selects)
        self.databases = TestDatabases(self.guard)
        self.late: TimeLimitError | None = None  # once the running test has reached its limit
        self.may_cancel = False  # whether that test may be ended by a cancellation
        self.more_variables: Callable[[URL], dict[str, object]] = lambda _url: {}  # those of an existing suite
        self.replaced_databases = 0  # in an existing suite, after tests that changed the schema

    @property
    def log(self) -> Path | None:
        return self.source.log if self.server_log is None else Path(self.server_log)

    def note_request(self) -> None:
        self.unseen_rows = self.session.uncommitted_rows if self.session else 0

    def connect(self) -> WorkerDatabases:
        try:
            server = self.server or self.source.server()
            databases = self.source.databases(server, self.id, self.worker)
            return replace(databases, extensions=self.config.extensions, kept=self.kept)
        except PostgresUnavailable as error:
            reason = str(error)
        # Not a skip, which would be green, and not an error for each test.
        pytest.exit(reason, returncode=pytest.ExitCode.USAGE_ERROR)

    def name_database(self, server: RunServer) -> None:
        """Set the variables from which the app, a driver or a child process reads a database; see `show_database`."""
        url = make_url(self.source.databases(server, self.id, self.worker).url(self.worker))
        unrequested = url if self.config.existing_suite else url.set(username=UNREQUESTED)
        both = [self.variables_of(each) for each in (unrequested, url)]
        named = both[self.shows_database]
        self._names = {name: [each[name] for each in both] for name in named if both[0][name] != both[1][name]}
        read = {name.upper() for name in named}
        # A given server may need the rest of libpq's variables, such as PGSSLMODE.
        ours = {name for name in os.environ if LIBPQ.fullmatch(name)} if self.source.embedded else ADDRESS
        values = dict.fromkeys([name for name in os.environ if name in ours or name.upper() in read]) | named
        self._environment = {name: os.environ.get(name) for name in values} | self._environment
        self._set(values)

    def variables_of(self, url: URL) -> dict[str, object]:
        config = self.config
        # Every driver reads the plain form; an app that is adopted may not.
        plain = not config.existing_suite and config.driver == type(config).driver
        shown = url.set(drivername="postgresql" if plain else config.driver).render_as_string(hide_password=False)
        variable = config.database_url_variable or "DATABASE_URL"
        values: dict[str, object] = {"PGHOST": url.host or url.query.get("host")}
        values["PGPORT"] = url.port or url.query.get("port")
        values |= {"PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database, variable: shown}
        return values | self.more_variables(url)

    def show_database(self, shown: bool) -> bool:
        """Name the app's role to what depends on the database: for all else it exists by the order of the tests."""
        before, self.shows_database = self.shows_database, shown
        for name, pair in self._names.items():
            if os.environ.get(name) == pair[before]:  # not what a test has set
                self._set({name: pair[shown]})
        return before

    @staticmethod
    def _set(values: Mapping[str, object]) -> None:
        for name, value in values.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = str(value)

    def close(self) -> None:
        self.resources.close()
        if self.server is None:
            self.source.stop()


RUN = pytest.StashKey[TestRun]()
