"""Names the test database before the app is imported.

An app that creates its engine at import reads the database URL then. So the URL of the test database is in the
environment before pytest loads any conftest.py. The database itself is created when the first test needs it.
"""

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url

from ..config import ProjectConfig
from ..database.engine_guard import EngineGuard
from ..database.postgres_source import PostgresSource
from ..database.run_server import RunServer
from ..errors import InvalidURLError, OneloopError, WrongDatabaseError
from ..postgres import PostgresUnavailable
from ..test_run import NO_SERVER, RUN, WORKER, TestRun
from .alembic_process import is_in_memory, redirect
from .alembic_runner import RUNNER
from .other_loops import remove_anyio_plugin

OWN_DATABASES = pytest.StashKey[set[str]]()  # the tests that use one
OURS = "oneloop-sqlite-"  # the folder of a test run of the plugin
CONTROLLER = "ONELOOP_CONTROLLER"  # process, test run and app's server of the workers' controller


def name_database(config: pytest.Config, project: ProjectConfig) -> None:
    """Set the environment variable from which the app reads its database URL.

    If there is no server, the test run reports it when it starts.
    """
    if project.package in sys.modules:
        raise pytest.UsageError(
            f"The package {project.package!r} was imported too early: it may have read the URL of "
            "another database. A plugin or the option -p imports it. Import it in a conftest.py."
        )
    remove_anyio_plugin(config)
    run = config.stash[RUN] = _make_run(project)
    run.more_variables = partial(_parts, project.database_url_variables)
    config.add_cleanup(run.close)
    config.add_cleanup(RUNNER.close)
    RUNNER.variables, RUNNER.driver = run.variables_of, project.driver.partition("+")[2]
    users = config.stash[OWN_DATABASES] = set()
    run.guard.allows = partial(_is_the_suites_own, project.folder, run.guard, users)
    try:
        if run.server is None:
            run.source.start(run.id, project.app_role)
        server = run.server or run.source.server(ready=False)
    except (InvalidURLError, WrongDatabaseError) as error:
        raise pytest.UsageError(
            f"{error}\nIf the variable is your own, and not for the plugin, write under [tool.oneloop]:\n"
            '    server_url_variable = "ONELOOP_SERVER_URL"'
        ) from None
    except (PostgresUnavailable, OneloopError):
        server = NO_SERVER
    run.name_database(server)
    if project.database_urls:
        RUNNER.written, RUNNER.folder = project.database_urls, project.folder
        config.add_cleanup(redirect(project.database_urls, project.folder, partial(_url_of, run, server)))
    if run.worker == "main":
        os.environ[CONTROLLER] = f"{os.getpid()} {run.id} {server.app.render_as_string(False)}"


def _is_the_suites_own(project: Path, guard: EngineGuard, users: set[str], url: URL) -> bool:
    """Return whether the suite made this SQLite database, for itself alone."""
    found = is_in_memory(url) or _is_for_tests(url, project.resolve())
    if found:
        users.add(guard.test)
    return found


def _is_for_tests(url: URL, project: Path) -> bool:
    """Return whether a file is a temporary one, or one of the project whose path says that it is for tests."""
    if url.get_backend_name() != "sqlite" or not url.database or OURS in url.database:
        return False
    file = Path(url.database).resolve()
    if file.is_relative_to(project):
        return re.search("(?<![a-z])test", file.relative_to(project).as_posix().lower()) is not None
    return file.is_relative_to(Path(tempfile.gettempdir()).resolve())


def _url_of(run: TestRun, server: RunServer) -> str:
    return run.source.databases(server, run.id, run.worker).url(run.worker)


def _variables(table: Mapping[str, str | list[str]]) -> dict[str, str]:
    """Return the part that each variable holds; a part may be in several variables."""
    return {each: part for part, names in table.items() for each in ([names] if isinstance(names, str) else names)}


def _parts(table: Mapping[str, str | list[str]], url: URL) -> dict[str, object]:
    """Return the variables that `database_url_variables` lists; one of a driver holds the whole URL."""
    parts = {"host": url.host, "port": url.port, "user": url.username, "password": url.password, "name": url.database}
    parts["address"] = f"{url.host}:{url.port}"  # of an app that has no variable for the port
    wrong = [part for part in table if part not in parts and not part.startswith(("postgresql", "sqlite"))]
    if wrong:
        raise pytest.UsageError(
            f"pyproject.toml: [tool.oneloop] database_url_variables has no part {wrong[0]!r}. Its parts are "
            f'{", ".join(parts)}, and a driver for the whole URL, such as "postgresql+psycopg".'
        )
    urls = {each: url.set(drivername=each).render_as_string(hide_password=False) for each in table if each not in parts}
    return {variable: {**parts, **urls}[part] for variable, part in _variables(table).items()}


def _make_run(project: ProjectConfig) -> TestRun:
    theirs = {project.database_url_variable, *_variables(project.database_url_variables)}
    variable = project.server_url_variable  # unless the app itself reads it: then it means something else
    source = PostgresSource("" if variable in theirs else variable, tcp=True)
    if project.driver.startswith("sqlite"):
        source = import_module("oneloop.sqlite").SqliteSource()
    worker = os.environ.get(WORKER)
    controller = os.environ.get(CONTROLLER, "").split(maxsplit=2)
    # A test may start another pytest, which inherits these variables and is not a worker.
    if worker and controller and controller[0] == str(os.getppid()):
        app = make_url(controller[2])  # `session` learns the other roles
        return TestRun(project, source, worker=worker, id=controller[1], server=RunServer(app, app, app))
    return TestRun(project, source)
