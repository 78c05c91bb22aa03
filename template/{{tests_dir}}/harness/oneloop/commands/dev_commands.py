"""The commands that need a development database: dev, run and psql."""

import argparse
import os
import sys
from pathlib import Path

from sqlalchemy import make_url

from ..postgres import (
    PostgresStopError,
    PostgresUnavailable,
    choose_persistent_folder,
    find_client,
    start_server,
)
from .child_process import Child
from .command_errors import CommandError, NoClientError
from .dev_environment import check_port, development_environment, say

INTERRUPTED = 130
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  it is asked for by name


def run(given: argparse.Namespace) -> int:
    """Run one of the commands; a mistake is one sentence."""
    try:
        if given.command == "dev":
            return _serve(given.factory, given.host, given.port)
        if given.command == "psql":
            return _psql(given.database, given.arguments)
        return _run_program(given.program)
    except (CommandError, PostgresUnavailable, PostgresStopError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _serve(factory: str, host: str, port: int) -> int:
    """Migrate the database, say where the page of the API is, and serve with reload."""
    check_port(host, port)
    child = Child()
    project = Path.cwd()
    with development_environment(project, aloud=True) as environment, child.signals():
        migrate = [sys.executable, "-m", "alembic", "upgrade", "head"]
        status = child.run(migrate, environment)
        if child.interrupted:
            return INTERRUPTED
        if status:
            say("The service was not started, for its database could not be migrated: see above.")
            return status
        say(f"Docs page: http://{EVERY_ADDRESS.get(host, host)}:{port}/docs")
        source = project / "src"
        uvicorn = [sys.executable, "-m", "uvicorn", "--factory", factory]
        uvicorn += ["--host", host, "--port", str(port)]
        uvicorn += ["--reload", "--reload-dir", str(source if source.is_dir() else project)]
        status = child.run(uvicorn, environment)
        return 0 if child.interrupted else status


def _run_program(command: list[str]) -> int:
    """Run a command in the environment of the development server."""
    child = Child()
    with development_environment(Path.cwd(), aloud=False) as environment, child.signals():
        return child.run(command, environment)


def _psql(database: str, arguments: list[str]) -> int:
    """Open a database of the kept server in PostgreSQL's own client."""
    child = Child()
    with start_server(data_dir=choose_persistent_folder(Path.cwd())) as server, child.signals():
        url = make_url(server.url).set(database=database).render_as_string(hide_password=False)
        program = find_client()
        if program is None:
            raise NoClientError(url)
        return child.run([program, f"--dbname={url}", *arguments], dict(os.environ))
