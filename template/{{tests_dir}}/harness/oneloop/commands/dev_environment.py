"""The environment of a command: the given variables, or an embedded database and a random key."""

import asyncio
import os
import secrets
import socket
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from sqlalchemy import URL, make_url, text
from sqlalchemy.exc import ArgumentError

from ..database.database_admin import DRIVER, administer, create_extensions, for_asyncpg
from ..database.run_server import RunServer
from ..errors import OneloopError
from ..postgres import choose_persistent_folder, start_persistent
from . import CommandError

DATABASE = "DATABASE_URL"
SECRET = "SECRET_KEY"
DRIVERS = {"postgres", "postgresql", DRIVER}
OWNER = "app"
# The database of an earlier release belongs to the superuser, whose oid is 10, with all that is in it.
IS_OLD = text("SELECT datdba = 10 FROM pg_database WHERE datname = current_database()")
TAKE_OVER = text(f"""
    SELECT format('ALTER %s %s OWNER TO {OWNER}', named.type, named.identity)
    FROM (SELECT classid, objid FROM pg_depend
          WHERE refclassid = 'pg_namespace'::regclass AND classid::regclass::text IN ('pg_class', 'pg_proc', 'pg_type')
          UNION SELECT 'pg_namespace'::regclass, oid FROM pg_namespace) AS theirs,
         LATERAL pg_identify_object(classid, objid, 0) AS named
    WHERE objid >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend AS d WHERE (d.classid, d.objid, d.objsubid) = (theirs.classid, theirs.objid, 0)
            AND (d.deptype IN ('i', 'e') OR d.deptype = 'a' AND named.type = 'sequence'))
    UNION ALL SELECT format('ALTER DATABASE %I OWNER TO {OWNER}', current_database())""")


def say(line: str) -> None:
    """Print to standard error: standard output belongs to the program that runs."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201  the user reads it


@contextmanager
def development_environment(project: Path, *, aloud: bool) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    environment = dict(os.environ)
    if find_setting(project, SECRET) is None:
        environment[SECRET] = secrets.token_hex(32)
    if found := find_setting(project, DATABASE):
        _check_database(*found)
        yield environment, environment
        return
    with start_persistent(folder := choose_persistent_folder(project)) as server:
        if aloud:
            say(f"Development database: PostgreSQL {server.version} in {folder}")
            say("To inspect it: uv run oneloop psql")
        roles = asyncio.run(prepare(server.url, project))
        owner, app = (url.render_as_string(hide_password=False) for url in (roles.owner, roles.app))
        yield environment | {DATABASE: owner}, environment | {DATABASE: app}


async def prepare(url: str, project: Path) -> RunServer:
    """Make the plain roles of the development server: one owns the database, also where a superuser did before."""
    table = table_of(project)
    admin = make_url(url).set(drivername=DRIVER)
    server = RunServer.with_roles(admin, OWNER, str(admin.password), table.get("app_role", ""))
    async with administer(admin) as connection:
        await connection.exec_driver_sql("SELECT pg_advisory_lock(29771)")  # another process may do the same
        await server.make_roles(connection)
        if await connection.scalar(IS_OLD):
            for statement in await connection.scalars(TAKE_OVER):
                await connection.exec_driver_sql(statement)
    await create_extensions(admin, str(admin.database), table.get("extensions", []))
    return server


def table_of(project: Path) -> dict[str, Any]:
    file = project / "pyproject.toml"
    tool: dict[str, dict[str, Any]] = tomllib.loads(file.read_text("utf-8") if file.exists() else "").get("tool", {})
    return tool.get("oneloop", {})


def find_setting(project: Path, name: str) -> tuple[str, str] | None:
    """Return the value of a setting and where it is from; its case does not count, as for the service."""
    for source, values in (("the environment", os.environ), (".env", dotenv_values(project / ".env"))):
        for each, value in values.items():
            if each.upper() == name and value:
                return value, source
    return None


def _check_database(value: str, source: str) -> None:
    url = None
    with suppress(ArgumentError, ValueError):
        url = for_asyncpg(make_url(value)) if make_url(value).drivername in DRIVERS else None
    if url is None:
        raise CommandError(
            f"DATABASE_URL from {source} is not the URL of a PostgreSQL database. Write it as "
            "postgresql://user:password@host/database, or remove it to use an embedded database."
        )
    OneloopError.server_variable = f"{DATABASE} from {source}"
    asyncio.run(_connect(url))


async def _connect(url: URL) -> None:
    async with administer(url, url.database or ""):
        pass


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
