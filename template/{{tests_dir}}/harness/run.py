"""One process of a test run, and what lives as long as it does."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, make_url

from .databases import Databases
from .isolation import Isolation
from .postgres import PostgresUnavailable
from .server import Server
from .sqlite import Files, RunFolder


@dataclass
class Run:
    """One process of a test run: alone, the controller of pytest-xdist, or one of its workers."""

    worker: str = "main"
    id: str = field(default_factory=lambda: uuid4().hex[:8])
    server: Server | RunFolder = field(default_factory=Server)
    server_url: str | None = None
    server_log: str | None = None
    isolation: Isolation = field(default_factory=Isolation)
    watching: ExitStack = field(default_factory=ExitStack)
    rows_kept_of: str | None = None

    def __post_init__(self) -> None:
        """Let the guard know the run's databases by their names."""
        self.isolation.guard.run = self.id

    def databases(self) -> Databases | Files:
        """Return the run's databases, once the server answers; end the run if there is none."""
        try:
            url = self.server.url() if self.server_url is None else make_url(self.server_url)
        except PostgresUnavailable as error:
            # Once, and not again for each test; and never a skip, which is a green run.
            pytest.exit(str(error), returncode=pytest.ExitCode.USAGE_ERROR)
        log = self.server.log if self.server_log is None else Path(self.server_log)
        self.isolation.log = log
        return self.databases_on(url)

    def databases_on(self, server: URL) -> Databases | Files:
        """Return the run's databases on a server, or its files beside a path."""
        kind = Files if server.get_backend_name() == "sqlite" else Databases
        return kind(server, self.id, self.worker)


RUN = pytest.StashKey[Run]()
