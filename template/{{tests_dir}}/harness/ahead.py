"""The test database, named before the app is imported.

An app that makes its engine when it is imported reads the URL then, long before any fixture. So
`name_database` names this run's database while the conftest is loaded, in the environment variable
that the app reads. The database itself is made when the first test wants it.
"""

import json
import os
import sys
from pathlib import Path

from sqlalchemy import make_url

from .database import DRIVER
from .errors import HarnessError
from .keep_rows import OPTION
from .postgres import PostgresUnavailable, choose_kept_folder
from .run import Run
from .server import Server
from .sqlite import RunFolder

HANDED_ON = "HARNESS_RUN"
WORKER = "PYTEST_XDIST_WORKER"
UNAVAILABLE = "postgresql://harness@localhost/test_not_available"

PROJECT = Path(__file__).parents[2]

_named: list[Run] = []


class AppImportedError(HarnessError):
    """The app was imported before its database had a name."""

    def __init__(self, package: str) -> None:
        super().__init__(
            f"The package {package!r} was imported before the test database had a name, so it may "
            "have read the URL of another one. Put the two lines of the harness at the very top "
            "of the conftest.py beside your pytest settings. See docs/testing/migration.md."
        )


def name_database(variable: str, *, app: str, driver: str = DRIVER) -> None:
    """Put the URL of this run's database, for `driver`, into the environment as `variable`.

    `app` is the app's package, which must not have been imported yet. From here on the guard
    refuses every other database. A server that cannot be had is reported when the run begins.
    """
    package = app.partition(".")[0]
    if package in sys.modules:
        raise AppImportedError(package)
    if not _named:
        _named.append(_begin(driver))
    run = _named[0]
    try:
        server = make_url(run.server_url) if run.server_url else run.server.url()
    except (PostgresUnavailable, HarnessError):
        server = make_url(UNAVAILABLE)
    mine = run.databases_on(server).url(run.worker)
    os.environ[variable] = make_url(mine).set(drivername=driver).render_as_string(False)
    if run.worker == "main":
        known = {"parent": os.getpid(), "run": run.id, "server": server.render_as_string(False)}
        os.environ[HANDED_ON] = json.dumps(known)
    run.isolation.guard.adopted = True


def named_run() -> Run | None:
    """Return the run whose database was named, if one was."""
    return _named[0] if _named else None


def _begin(driver: str) -> Run:
    handed_on = json.loads(os.environ.get(HANDED_ON, "{}"))
    worker = os.environ.get(WORKER)
    # A worker of pytest-xdist is a child of the process that named it. A run that a test starts
    # inherits the same variables, and is a run of its own.
    if worker and handed_on.get("parent") == os.getppid():
        return Run(worker=worker, id=handed_on["run"], server_url=handed_on["server"])
    if driver.startswith("sqlite"):
        return Run(server=RunFolder())
    asked = [*sys.argv, *os.environ.get("PYTEST_ADDOPTS", "").split()]
    return Run(server=Server(choose_kept_folder(PROJECT) if OPTION in asked else None))
