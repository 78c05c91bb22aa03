"""The environment of a command: the given variables, or an embedded database and a random key."""

import asyncio
import os
import secrets
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from ..database.database_admin import DRIVER, administer, create_extensions, for_asyncpg
from ..database.run_server import RunServer
from ..postgres import choose_persistent_folder, start_server
from . import CommandError

SECRET_BYTES = 32
DATABASE = "DATABASE_URL"
SECRET = "SECRET_KEY"
CONNECT_SECONDS = 5.0
OWNER = "app"
# The databases of earlier releases belong to the superuser, whose oid is 10, with all that is in them.
TAKE_OVER = f"""
    DO $$ DECLARE statement text; BEGIN
        FOR statement IN
            SELECT format('ALTER %s %s OWNER TO {OWNER}', named.type, named.identity)
            FROM (SELECT 'pg_class'::regclass AS class, oid FROM pg_class
                  WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND relowner = 10
                  UNION ALL SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE proowner = 10
                  UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type
                  WHERE typtype IN ('e', 'd', 'r') AND typowner = 10
                  UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace WHERE nspowner = 10) AS owned,
                 LATERAL pg_identify_object(class, oid, 0) AS named
            WHERE oid >= 16384 AND NOT EXISTS (
                SELECT FROM pg_depend WHERE classid = class AND objid = oid AND deptype IN ('a', 'i', 'e')
                    AND refclassid IN ('pg_class'::regclass, 'pg_extension'::regclass))
            UNION ALL SELECT format('ALTER DATABASE %I OWNER TO {OWNER}', current_database())
        LOOP
            EXECUTE statement;
        END LOOP;
    END $$"""


def say(line: str) -> None:
    """Print to standard error: standard output belongs to the program that runs."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  the user reads it


@contextmanager
def development_environment(project: Path, *, aloud: bool) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """Yield the environment of the migrations and that of the service, with a server until the block ends."""
    given = Given(project, os.environ)
    environment = dict(os.environ)
    if given[SECRET] is None:
        environment[SECRET] = secrets.token_hex(SECRET_BYTES)
    if (url := given[DATABASE]) is not None:
        _check_database(url, str(given.source(DATABASE)))
        yield environment, environment
        return
    folder = choose_persistent_folder(project)
    with start_server(data_dir=folder) as server:
        if aloud:
            say(f"Development database: PostgreSQL {server.version} in {folder}")
            say("To inspect it: uv run oneloop psql")
        roles = asyncio.run(prepare(server.url, project))
        owner, app = (url.render_as_string(hide_password=False) for url in (roles.owner, roles.app))
        yield environment | {DATABASE: owner}, environment | {DATABASE: app}


async def prepare(url: str, project: Path) -> RunServer:
    """Make the plain roles of the development server: one owns the database, also where a superuser did before."""
    file = project / "pyproject.toml"
    table = tomllib.loads(file.read_text("utf-8") if file.exists() else "").get("tool", {}).get("oneloop", {})
    admin = make_url(url).set(drivername=DRIVER)
    server = RunServer.with_roles(admin, OWNER, str(admin.password), table.get("app_role", ""))
    async with administer(admin) as connection:
        await connection.exec_driver_sql("SELECT pg_advisory_lock(29771)")  # another process may do the same
        await server.make_roles(connection)
        await connection.exec_driver_sql(TAKE_OVER)
    await create_extensions(admin, str(admin.database), table.get("extensions", []))
    return server


class Given:
    """The variables of the environment, then those of the project's `.env`."""

    def __init__(self, project: Path, environment: Mapping[str, str]) -> None:
        self._sources = {
            "the environment": _by_upper_name(environment),
            ".env": _by_upper_name(dotenv_values(project / ".env")),
        }

    def __getitem__(self, name: str) -> str | None:
        """Return a variable by its name in capitals; None if it is missing or empty."""
        source = self.source(name)
        return self._sources[source][name] if source else None

    def source(self, name: str) -> str | None:
        return next((source for source, values in self._sources.items() if values.get(name)), None)


def _by_upper_name(values: Mapping[str, str | None]) -> dict[str, str]:
    # Like pydantic-settings, which ignores the case of a name.
    return {name.upper(): value for name, value in values.items() if value}


def _check_database(value: str, source: str) -> None:
    """Connect once, so that a wrong DATABASE_URL is a message and not a traceback."""
    not_a_url = CommandError(
        f"DATABASE_URL from {source} is not the URL of a PostgreSQL database. Write it as "
        "postgresql://user:password@host/database, or remove it to use an embedded database."
    )
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise not_a_url from None
    if url.drivername not in {"postgres", "postgresql", DRIVER}:
        raise not_a_url
    url = for_asyncpg(url)
    try:
        asyncio.run(asyncio.wait_for(_connect(url), CONNECT_SECONDS))
    except (OSError, TypeError, ValueError, SQLAlchemyError) as error:
        late = f"no answer within {CONNECT_SECONDS:.0f} s" if isinstance(error, TimeoutError) else ""
        reason = late or str(getattr(error, "orig", error)).split(">: ")[-1]
        raise CommandError(
            f"The database {url} (DATABASE_URL from {source}) cannot be reached: {reason}. "
            "Start it, or remove DATABASE_URL to use an embedded database."
        ) from None


async def _connect(url: URL) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect():
            pass
    finally:
        await engine.dispose()


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = (error.strerror or str(error)).split(" (while")[0]
        raise CommandError(
            f"The service cannot listen on port {port} of {host}: {reason}. Use another port:\n"
            f"    PORT={port % 65535 + 1} uv run poe dev"
        ) from None
