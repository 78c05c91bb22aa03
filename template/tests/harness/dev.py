"""The development verbs: a command, with a database where none is given.

`python -m tests.harness.dev serve <package>.main:create_app` starts the service and reloads it;
`python -m tests.harness.dev run COMMAND ...` runs a command in the same environment.
"""

import argparse
import hashlib
import os
import re
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values

from .postgres import PostgresUnavailable, start_server

DATABASE = "DATABASE_URL"
SECRET = "SECRET_KEY"
INTERRUPTED = 130


def data_folder(project: Path) -> Path:
    """Return where the development database is kept: `.postgres/`, but for root.

    Root's server runs as another account, to which root's folders are closed.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        digest = hashlib.sha256(str(project).encode()).hexdigest()[:12]
        return Path("/var/lib/oneloop") / f"{project.name}-{digest}"
    return project / ".postgres"


def warn_of_another_version(version: str, compose: Path) -> None:
    """Say so in one line when compose.yaml deploys another major version than the one here."""
    match = re.search(r"image:\s*postgres:(\d+)", compose.read_text()) if compose.exists() else None
    if match is not None and match.group(1) != version.split(".", maxsplit=1)[0]:
        say(f"Warning: PostgreSQL {version} runs here, and compose.yaml deploys {match.group(1)}.")


def say(line: str) -> None:
    """Tell the developer."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  a command's words


@contextmanager
def environment(project: Path) -> Iterator[dict[str, str]]:
    """Yield the environment for a command, with the database and the key that nobody gave."""
    given = {**dotenv_values(project / ".env"), **os.environ}
    extra: dict[str, str] = {}
    if not given.get(SECRET):
        extra[SECRET] = secrets.token_hex(32)
    if given.get(DATABASE):
        yield {**os.environ, **extra}
        return
    with start_server(data_dir=data_folder(project)) as server:
        warn_of_another_version(server.version, project / "compose.yaml")
        url = server.url.replace("postgresql://", "postgresql+asyncpg://", 1)
        yield {**os.environ, **extra, DATABASE: url}


def check_port(host: str, port: int) -> None:
    """Exit with one sentence when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(
                f"Port {port} of {host} cannot be had: {error.strerror}. "
                f"Take another: PORT={port + 1} uv run poe dev"
            )


def run(command: list[str], environ: dict[str, str]) -> int:
    """Run a command and return its exit status; Ctrl-C is the command's."""
    with subprocess.Popen(command, env=environ) as process:  # noqa: S603  the developer's own
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def serve(factory: str, host: str, port: int, environ: dict[str, str]) -> int:
    """Migrate the database, say where the API's page is, and start the server with reload."""
    migrated = run([sys.executable, "-m", "alembic", "upgrade", "head"], environ)
    if migrated != 0:
        say("The database could not be migrated, as above. Is DATABASE_URL right, does it answer?")
        return migrated
    say(f"The API's page: http://{host}:{port}/docs")
    server = [sys.executable, "-m", "uvicorn", "--factory", factory, "--reload"]
    address = ["--reload-dir", "src", "--host", host, "--port", str(port)]
    status = run([*server, *address], environ)
    return 0 if status in {-2, INTERRUPTED} else status


def main(arguments: list[str] | None = None) -> None:
    """Run a verb; a mistake ends with one sentence and an exit status that is not 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.harness.dev")
    verbs = parser.add_subparsers(dest="verb", required=True)
    serving = verbs.add_parser("serve", help="start the service, and reload it")
    serving.add_argument("factory")
    serving.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
    serving.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
    running = verbs.add_parser("run", help="run a command with a database")
    running.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args(arguments)
    if given.verb == "serve":
        check_port(given.host, given.port)
    try:
        with environment(Path.cwd()) as environ:
            if given.verb == "serve":
                status = serve(given.factory, given.host, given.port, environ)
            else:
                status = run(given.command, environ)
    except PostgresUnavailable as error:
        sys.exit(str(error))
    sys.exit(status)


if __name__ == "__main__":
    main()
