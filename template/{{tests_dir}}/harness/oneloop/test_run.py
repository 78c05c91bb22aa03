"""One test run as one process sees it, and everything that lives as long as the run does."""

from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from .cleanup.test_databases import TestDatabases
from .config import ProjectConfig
from .database.engine_guard import EngineGuard
from .database.postgres_source import PostgresSource
from .database.sql_log import SqlLog
from .database.worker_databases import WorkerDatabases
from .errors import TimeLimitError
from .leaks import Leaks
from .postgres import PostgresUnavailable
from .refusals import Refusals


class TestRun:
    """A run in one process, or the controller of pytest-xdist, or one of its workers.

    `id` is part of the name of each database of the run. `server_url` and `server_log` are set in a worker only, which
    uses the server of its controller.
    """

    __test__ = False  # pytest collects classes whose name starts with Test

    def __init__(
        self,
        config: ProjectConfig,
        source: PostgresSource | None = None,
        *,
        worker: str = "main",
        id: str | None = None,  # noqa: A002  the usual word for it
        server_url: str | None = None,
        server_log: str | None = None,
    ) -> None:
        self.config = config
        self.source = source or PostgresSource()
        self.worker = worker
        self.id = id or uuid4().hex[:8]
        self.server_url = server_url
        self._server_log = server_log
        self.resources = ExitStack()
        self.refusals = Refusals()
        self.guard = EngineGuard(self.refusals, self.id, every_backend=config.existing_suite)
        self.sql_log = SqlLog()
        self.leaks = Leaks(config)
        self.databases = TestDatabases(self.guard)
        self.late: TimeLimitError | None = None  # once the running test has reached its limit
        self.may_cancel = False  # whether that test may be ended by a cancellation
        self.replaced_databases = 0  # in an existing suite, after tests that changed the schema

    @property
    def log(self) -> Path | None:
        """The log file of the embedded server; None for any other server."""
        return self.source.log if self._server_log is None else Path(self._server_log)

    def connect(self) -> WorkerDatabases:
        """Return the run's databases once the server answers; end the run if there is no server."""
        try:
            url = self.source.url() if self.server_url is None else make_url(self.server_url)
        except PostgresUnavailable as error:
            # Not a skip, which would be green, and not an error for each test.
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        return self.source.databases(url, self.id, self.worker)


RUN = pytest.StashKey[TestRun]()
