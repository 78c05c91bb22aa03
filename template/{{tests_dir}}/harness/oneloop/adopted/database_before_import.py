"""The test database, named before the app is imported.

An app that makes its engine when it is imported reads the URL then, long before any fixture. So the
URL of this run's database is put into the environment before any conftest.py is read. The database
itself is made when the first test wants it.
"""

import os
import sys
from importlib import import_module

import pytest
from sqlalchemy import make_url

from ..config import ProjectConfig
from ..database.postgres_source import PostgresSource
from ..errors import OneloopError
from ..postgres import PostgresUnavailable
from ..test_run import MAIN, RUN, TestRun

CONTROLLER = "ONELOOP_CONTROLLER"  # its process, its run and its server, for its workers
WORKER = "PYTEST_XDIST_WORKER"
UNAVAILABLE = "postgresql://oneloop@localhost/test_not_available"


def name_database(config: pytest.Config, project: ProjectConfig) -> None:
    """Put the URL of this run's database into the environment, as the app reads it.

    From here on the guard refuses every other database. A server that cannot be had is reported
    when the run begins.
    """
    if project.package in sys.modules:
        raise pytest.UsageError(
            f"The package {project.package!r} was imported before the test database had a name, so "
            "it may have read the URL of another one.\n"
            "Take what imports it out of the command line (-p) and out of the other plugins."
        )
    run = config.stash[RUN] = _make_run(project)
    try:
        server = make_url(run.server_url) if run.server_url else run.source.url()
    except (PostgresUnavailable, OneloopError):
        server = make_url(UNAVAILABLE)
    url = make_url(run.source.databases(server, run.id, run.worker).url(run.worker))
    variable = project.database_url_variable or "DATABASE_URL"
    os.environ[variable] = url.set(drivername=project.driver).render_as_string(False)
    if run.worker == MAIN:
        os.environ[CONTROLLER] = f"{os.getpid()} {run.id} {server.render_as_string(False)}"


def _make_run(project: ProjectConfig) -> TestRun:
    source = PostgresSource()
    if project.driver.startswith("sqlite"):
        source = import_module("oneloop.sqlite").SqliteSource()
    worker = os.environ.get(WORKER)
    controller = os.environ.get(CONTROLLER, "").split(maxsplit=2)
    # A run that a test starts inherits these variables, and is a run of its own.
    if worker and controller and controller[0] == str(os.getppid()):
        return TestRun(project, source, worker=worker, id=controller[1], server_url=controller[2])
    return TestRun(project, source)
