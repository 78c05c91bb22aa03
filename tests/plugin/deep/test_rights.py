"""Promise 19: the app and the tests have the rights of a plain role, and the administrator's stay with the plugin."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any

import asyncpg
import pytest
from fastapi import Depends
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.cleanup.test_databases import TestDatabase
from oneloop.config import CONFIG
from oneloop.database.engine_guard import exempt
from oneloop.database.run_server import RunServer
from oneloop.database.worker_databases import WorkerDatabases
from oneloop.errors import ExtensionError, OneloopError
from tests.deep.probe import PREFIX, Probe

PLAIN = """
    SELECT NOT (rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole) FROM pg_roles
    WHERE rolname IN (current_user, session_user)"""
DENIED = "42501"
APP_ROLE = "deep_app"
TWO_ROLES = f"""
    CREATE TABLE granted (id serial, tenant text DEFAULT current_setting('app.tenant', true));
    GRANT SELECT, INSERT ON granted TO {APP_ROLE};
    CREATE TABLE forgotten (id int);
    CREATE FUNCTION count_forgotten() RETURNS bigint SECURITY DEFINER LANGUAGE sql AS 'SELECT count(*) FROM forgotten';
    ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO {APP_ROLE};
    ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {APP_ROLE};
    CREATE TABLE later (id serial, n int);
    CREATE TABLE secret (tenant text);
    ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON secret USING (tenant = current_setting('app.tenant', true))"""
ROW_SECURITY = """
    CREATE TABLE {0} (tenant text);
    ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON {0} USING (tenant = current_setting('app.tenant', true)) WITH CHECK (true)"""


def migration(script: str) -> Callable[[str], None]:
    """Return a migration that runs `script`; `{role}` in it is the role that migrates."""

    async def run(url: str) -> None:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    return lambda url: asyncio.run(run(url))


Made = Callable[..., Awaitable[tuple[TestDatabase, Any]]]


@pytest.fixture
async def make(_database: TestDatabase) -> AsyncIterator[Made]:
    """Make a database of a migration, with `app_role` of two roles, and connect as the app."""
    opened: list[tuple[TestDatabase, Any]] = []

    async def go(script: str, *, app_role: str = "", **changes: Any) -> tuple[TestDatabase, Any]:
        databases: WorkerDatabases = replace(_database.databases, **changes)
        if app_role:
            server = RunServer.with_roles(databases.server.admin, "deep_owner", "secret", app_role)
            databases = replace(databases, server=server)
        name = f"rights{len(opened)}"
        with exempt():
            await databases.make_template(f"template_{name}", migration(script))
            database = TestDatabase(databases, name, f"template_{name}", ())
            await database.make()
            opened.append((database, await asyncpg.connect(database.url.replace("+asyncpg", ""))))
        return opened[-1]

    yield go
    with exempt():
        for database, connection in opened:
            connection.terminate()  # the wiper may have ended it
            await database.drop()
            await database.databases.drop(database.template)


async def sqlstate(work: Awaitable[Any]) -> str:
    """Return the code of the error with which a statement ends; empty without an error."""
    try:
        await work
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    return ""


async def test_the_app_and_the_test_have_the_same_plain_role(
    probe: Probe, async_client: AsyncClient, db_session: AsyncSession
) -> None:
    @probe.get("/role")
    async def role(session: Annotated[AsyncSession, Depends(probe.session)]) -> list[Any]:
        return list((await session.execute(text("SELECT current_user, bool_and(plain) FROM (" + PLAIN.replace(
            "FROM pg_roles", "AS plain FROM pg_roles") + ") AS roles"))).one())

    name = await db_session.scalar(text("SELECT current_user"))

    assert (await async_client.get(f"{PREFIX}/role")).json() == [name, True]


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "SELECT pg_read_file('postgresql.conf')",
        "ALTER SYSTEM RESET work_mem",
        "CREATE EXTENSION pg_stat_statements",
    ],
)
async def test_a_statement_for_superusers_is_refused(db_engine: Any, statement: str) -> None:
    async with db_engine.connect() as connection:
        own = await connection.execution_options(isolation_level="AUTOCOMMIT")
        with pytest.raises(DBAPIError) as refusal:
            await own.exec_driver_sql(statement)

    assert getattr(refusal.value.orig, "sqlstate", "") == DENIED


@pytest.mark.own_database
async def test_the_owner_creates_a_trusted_extension(db_session: AsyncSession) -> None:
    await db_session.execute(text("CREATE EXTENSION citext"))

    assert await db_session.scalar(text("SELECT 'A'::citext = 'a'"))


@pytest.mark.parametrize(
    ("name", "words"),
    [("pg_stat_statements", r'\[tool.oneloop\]\n    extensions = \["pg_stat_statements"\]\n.*IF NOT EXISTS'), ("postgis", "set PGBIN to")],
    ids=["untrusted", "not there"],
)
async def test_another_extension_ends_the_run_with_what_to_do(make: Made, name: str, words: str) -> None:
    with pytest.raises(ExtensionError, match=words):
        await make(f"CREATE EXTENSION {name}")


async def test_the_administrator_creates_the_extensions_of_the_settings(make: Made) -> None:
    script = "CREATE EXTENSION IF NOT EXISTS earthdistance; CREATE TABLE places (at earth)"
    _, app = await make(script, extensions=["earthdistance"])

    assert await app.fetchval("SELECT count(*) FROM pg_extension WHERE extname IN ('cube', 'earthdistance')") == 2


async def test_an_extension_of_the_settings_that_is_not_there_is_named(make: Made) -> None:
    with pytest.raises(OneloopError, match="does not have the extension 'postgis'"):
        await make("SELECT 1", extensions=["postgis"])


async def test_forced_row_security_binds_the_owner_and_not_the_wipe(make: Made) -> None:
    """Without FORCE the owner sees every row, as in production; with it, the administrator wipes."""
    script = ROW_SECURITY.format("plain") + ";" + ROW_SECURITY.format("forced")
    database, app = await make(f"{script}; ALTER TABLE forced FORCE ROW LEVEL SECURITY")
    for table in ("plain", "forced"):
        await app.execute(f"INSERT INTO {table} VALUES ('acme'), ('other')")
    await app.execute("SET app.tenant = 'acme'")
    seen = [await app.fetchval(f"SELECT count(*) FROM {table}") for table in ("plain", "forced")]

    wiped = await database.wipe(compare_schema=True)

    assert seen == [2, 1]
    assert (wiped.leaks, wiped.schema_changes) == ([], [])
    await app.execute("SET app.tenant = 'other'")
    assert await app.fetchval("SELECT count(*) FROM forced") == 0
    wiper = database.wiper
    assert wiper is not None
    assert await wiper._driver.fetchval("SELECT count(*) FROM forced") == 0
    assert await wiper._driver.fetchval("SELECT current_user") == database.databases.server.admin.username


async def test_rows_that_the_owner_may_not_delete_are_wiped(make: Made) -> None:
    database, app = await make("CREATE TABLE audit (id int); REVOKE UPDATE, DELETE ON audit FROM CURRENT_USER")
    await app.execute("INSERT INTO audit VALUES (1)")
    refused = await sqlstate(app.execute("DELETE FROM audit"))

    wiped = await database.wipe(compare_schema=False)

    assert refused == DENIED
    assert (wiped.leaks, wiped.schema_changes) == ([], [])
    assert await app.fetchval("SELECT count(*) FROM audit") == 0


async def test_of_two_roles_the_app_has_what_the_migrations_grant(make: Made) -> None:
    database, app = await make(TWO_ROLES, app_role=APP_ROLE)

    assert await app.fetchval("SELECT current_user") == APP_ROLE
    assert await app.fetchval(f"SELECT bool_and(plain) FROM ({PLAIN.replace('FROM pg_roles', 'AS plain FROM pg_roles')}) x")
    ends = {
        "SELECT FROM forgotten": DENIED,
        "SELECT count_forgotten()": "",
        "SELECT FROM granted": "",
        "INSERT INTO granted DEFAULT VALUES": DENIED,  # the sequence of its id
        "INSERT INTO granted VALUES (1)": "",
        "DELETE FROM granted": DENIED,
        "INSERT INTO later (n) VALUES (1)": "",  # the default privileges include sequences
        "CREATE TABLE own (id int)": DENIED,
        "DROP TABLE granted": DENIED,
        "SET ROLE deep_owner": DENIED,
        "INSERT INTO secret VALUES ('acme')": DENIED,  # no FORCE is needed: the app is not the owner
        "SET app.tenant = 'acme'": "",
        "/* allowed */ INSERT INTO secret VALUES ('acme')": "",
    }
    assert {statement: await sqlstate(app.execute(statement)) for statement in ends} == ends

    assert (await database.wipe(compare_schema=False)).leaks == []
    assert [await app.fetchval(f"SELECT count(*) FROM {table}") for table in ("granted", "later", "secret")] == [0, 0, 0]


async def test_a_transaction_that_the_app_left_open_is_ended(make: Made) -> None:
    database, app = await make(TWO_ROLES, app_role=APP_ROLE)
    await app.execute("BEGIN; INSERT INTO granted VALUES (1)")

    wiped = await database.wipe(compare_schema=False)

    assert "INSERT INTO granted" in str(wiped.leaks)


async def test_the_administrator_is_out_of_reach(_database: TestDatabase, database_url: str) -> None:
    """Its password is in no URL and no variable, and its server trusts nobody."""
    password = str(_database.databases.server.admin.password)

    assert password not in database_url
    assert [name for name, value in os.environ.items() if password in value] == []
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database_url.replace("+asyncpg", ""), user="postgres")


async def test_the_page_of_extensions_is_true(db_session: AsyncSession, pytestconfig: pytest.Config) -> None:
    """The table of docs/testing/recipes/database.md, against the server that runs."""
    page = (pytestconfig.stash[CONFIG].folder / "docs/testing/recipes/database.md").read_text("utf-8")
    rows = re.findall(r"^\| (trusted|untrusted|missing) \|([^|]+)\|", page, re.MULTILINE)
    listed = {name: kind for kind, names in rows for name in re.findall(r"`([^`]+)`", names)}
    found = await db_session.execute(text("SELECT name, bool_or(trusted) FROM pg_available_extension_versions GROUP BY name"))
    trusted = {name: "trusted" if is_trusted else "untrusted" for name, is_trusted in found}

    assert len(listed) == 20
    assert listed == {name: trusted.get(name, "missing") for name in listed}
