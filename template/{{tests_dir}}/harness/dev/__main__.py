"""`python -m tests.harness.dev`: read the command line and carry out a verb."""

import argparse
import os
import sys
from pathlib import Path

from sqlalchemy import make_url

from ..postgres import (
    PostgresStopError,
    PostgresUnavailable,
    choose_kept_folder,
    find_client,
    start_server,
)
from .environment import development_environment, say
from .errors import DevelopmentError, NoClientError
from .given import check_port
from .processes import Child

HIGHEST_PORT = 65535
INTERRUPTED = 130
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  it is asked for by name


def port_number(text: str) -> int:
    """Read a port from the command line."""
    if not text.isdecimal() or not 0 < int(text) <= HIGHEST_PORT:
        message = f"{text!r} is no port: take a number from 1 to {HIGHEST_PORT}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def serve(factory: str, host: str, port: int) -> int:
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


def run(command: list[str]) -> int:
    """Run a command in the environment of the development server."""
    child = Child()
    with development_environment(Path.cwd(), aloud=False) as environment, child.signals():
        return child.run(command, environment)


def psql(database: str, arguments: list[str]) -> int:
    """Open a database of the kept server in PostgreSQL's own client."""
    child = Child()
    with start_server(data_dir=choose_kept_folder(Path.cwd())) as server, child.signals():
        url = make_url(server.url).set(database=database).render_as_string(hide_password=False)
        program = find_client()
        if program is None:
            raise NoClientError(url)
        return child.run([program, f"--dbname={url}", *arguments], dict(os.environ))


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.dev")
    verbs = parser.add_subparsers(dest="verb", required=True)
    serving = verbs.add_parser("serve", help="start the service, and reload it")
    serving.add_argument("factory", help="such as orders.main:create_app")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=port_number, default=os.environ.get("PORT", "8000"))
    running = verbs.add_parser("run", help="run a command with the development database")
    running.add_argument("command", nargs=argparse.REMAINDER)
    looking = verbs.add_parser("psql", help="look into a development database")
    looking.add_argument("database", nargs="?", default="postgres")
    looking.add_argument("arguments", nargs=argparse.REMAINDER, help="such as -c 'SELECT 1'")
    given = parser.parse_args(arguments)
    if given.verb == "run" and not given.command:
        running.error("say which command to run")
    return given


def main(arguments: list[str] | None = None) -> None:
    """Carry out a verb; a mistake ends with one sentence and an exit status that is not 0."""
    given = parse(arguments)
    try:
        if given.verb == "serve":
            status = serve(given.factory, given.host, given.port)
        elif given.verb == "psql":
            status = psql(given.database, given.arguments)
        else:
            status = run(given.command)
    except (DevelopmentError, PostgresUnavailable, PostgresStopError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(status)


if __name__ == "__main__":
    main()
