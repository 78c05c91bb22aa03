"""Promises 12 and 19 on a given server: whose roles a run uses, what it leaves there, and what reads its database."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import URL, make_url

from oneloop.config import CONFIG
from oneloop.cleanup.test_databases import TestDatabase
from oneloop.database.engine_guard import exempt
from oneloop.database.postgres_source import VARIABLE, PostgresSource
from oneloop.database.run_server import RunServer, _complete
from oneloop.errors import OneloopError
from oneloop.test_run import NO_SERVER, RUN, UNREQUESTED, TestRun

ROLES = """
    CREATE ROLE deep_maker LOGIN CREATEROLE CREATEDB PASSWORD 'm';
    CREATE ROLE deep_plain LOGIN CREATEDB PASSWORD 'p';
    CREATE ROLE deep_none LOGIN PASSWORD 'n';
    CREATE ROLE deep_bypass LOGIN CREATEDB BYPASSRLS PASSWORD 'b'"""
FORMS = [
    ("postgresql://me@here/test", {}, "me@here:5432"),
    ("postgresql://me@here/test", {"PGPORT": "6", "PGHOST": "there"}, "me@here:6"),
    ("postgresql:///test", {"PGHOST": "there", "PGUSER": "you"}, "you@there:5432"),
    ("postgresql://me@/test?host=/dir", {"PGPORT": "6"}, "me@/dir:6"),
    ("postgresql://here/test", {"USER": "you"}, "you@here:5432"),
]
NAMED = "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles"
HOLD = "SELECT pg_advisory_lock_shared(29771, hashtext($1))"
Ask = Callable[..., Awaitable[list[str]]]


@pytest.mark.parametrize(("given", "variables", "place"), FORMS)
def test_what_a_url_leaves_out_is_what_libpq_says(given: str, variables: dict[str, str], place: str) -> None:
    """From then on libpq's variables name the database of the tests."""
    url = _complete(make_url(given), variables)
    host, port = url.host or url.query["host"], url.port or url.query["port"]

    assert f"{url.username}@{host}:{port}" == place


@pytest.fixture
async def admin(_database: TestDatabase) -> Any:
    """Give a connection of the administrator, with roles of each kind."""
    url = _database.databases.server.admin.set(drivername="postgresql", database="postgres")
    connection = await asyncpg.connect(url.render_as_string(False))
    await connection.execute(ROLES)
    yield connection
    await connection.execute("DROP ROLE deep_maker, deep_plain, deep_none, deep_bypass")
    await connection.close()


@pytest.fixture
def given(_database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], PostgresSource]:
    """Give a callable that returns the server as a role would give it."""

    def give(role: str) -> PostgresSource:
        url: URL = _database.databases.server.admin
        if role != "postgres":
            url = url.set(username=f"deep_{role}", password=role[0])
        monkeypatch.setenv(VARIABLE, url.render_as_string(False))
        return PostgresSource()

    return give


@pytest.mark.parametrize(
    ("role", "app", "words"),
    [
        ("postgres", "oneloop_00000001", "made for this run"),
        ("maker", "oneloop_00000001", "made for this run"),
        ("plain", "deep_plain", "as it is"),
    ],
)
async def test_the_header_says_whose_role_is_used(
    admin: Any, given: Callable[[str], PostgresSource], role: str, app: str, words: str
) -> None:
    source = given(role)
    source.start("00000001")
    try:
        server = await asyncio.to_thread(source.server)
        databases = source.databases(server, "00000001", "main")
        with exempt():
            await databases.make_template("template", lambda _url: None)
            await databases.clone("main", "template")
        connection = await asyncpg.connect(databases.url("main").replace("+asyncpg", ""))
        user = await connection.fetchval("SELECT current_user")
        await connection.execute("CREATE TABLE own (id int)")
        await connection.close()
        with exempt():
            await databases.drop("main")
            await databases.clone("main", "template")
    finally:
        await asyncio.to_thread(source.stop)

    assert (user, source.described) == (app, f"{VARIABLE}, plain role '{app}', {words}")
    assert [row[0] for row in await admin.fetch(NAMED) if "00000001" in row[0]] == []


@pytest.mark.parametrize(
    ("role", "app_role", "words"),
    [
        ("none", "", "ALTER ROLE \"deep_none\" CREATEDB"), ("plain", "deep_app", "ALTER ROLE \"deep_plain\" CREATEROLE"),
        ("bypass", "", "ALTER ROLE \"deep_bypass\" NOBYPASSRLS"),
    ],
)
async def test_a_right_that_is_missing_is_named(
    admin: Any, given: Callable[[str], PostgresSource], role: str, app_role: str, words: str
) -> None:
    source = given(role)
    source.start("00000001", app_role)

    with pytest.raises(OneloopError, match=words):
        await asyncio.to_thread(source.server)
    await asyncio.to_thread(source.stop)


async def test_what_a_killed_run_left_is_swept_and_a_live_run_is_not(
    admin: Any, given: Callable[[str], PostgresSource]
) -> None:
    for run in ("0000dead", "0000aaaa"):
        await admin.execute(f"CREATE ROLE oneloop_{run}")
        await admin.execute(f"CREATE DATABASE test_{run}_main OWNER oneloop_{run}")
        await admin.execute(f"COMMENT ON DATABASE test_{run}_main IS 'oneloop run {run}'")
    await admin.execute("CREATE DATABASE test_0000dead_of_a_user")
    await admin.execute(HOLD.replace("$1", "'0000aaaa'"))
    source = given("postgres")
    source.start("00000002")
    await asyncio.to_thread(source.server)
    try:
        left = {row[0] for row in await admin.fetch(NAMED)}
    finally:
        await asyncio.to_thread(source.stop)
        await admin.execute("DROP DATABASE IF EXISTS test_0000aaaa_main")
        await admin.execute("DROP ROLE IF EXISTS oneloop_0000aaaa")
        await admin.execute("DROP DATABASE IF EXISTS test_0000dead_of_a_user")

    assert {name for name in left if "0000dead" in name} == {"test_0000dead_of_a_user"}
    assert {name for name in left if "0000aaaa" in name} == {"oneloop_0000aaaa", "test_0000aaaa_main"}


async def test_what_reads_a_url_reaches_this_workers_database(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """A driver with the variable or without, and settings with a .env that names another database."""
    project = pytestconfig.stash[CONFIG]
    variable = project.database_url_variable or "DATABASE_URL"
    name = make_url(database_url).database
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://localhost/orders_prod\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "0123456789abcdef" * 2)

    for arguments in ([os.environ[variable]], []):
        connection = await asyncpg.connect(*arguments)
        assert await connection.fetchval("SELECT current_database()") == name
        await connection.close()
    settings = import_module(f"{project.package}.settings").Settings.load()
    assert make_url(settings.database_url).database == name


@pytest.mark.parametrize("variable", ["DATABASE_URL", "PGUSER"])
async def test_a_driver_in_a_test_without_the_database_reaches_none(variable: str) -> None:
    """Alone and after other tests alike: its rows would stay for the next test."""
    arguments = [os.environ[variable]] if variable == "DATABASE_URL" else []

    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match=f'"{UNREQUESTED}"'):
        await asyncpg.connect(*arguments)


@pytest.fixture(scope="module")
def seen_without() -> str:
    return os.environ["PGUSER"]


@pytest.fixture(scope="module")
def seen_with(database_url: str) -> tuple[str, str | None]:
    return os.environ["PGUSER"], make_url(database_url).username


def test_a_wider_fixture_sees_the_database_that_it_requests(
    seen_with: tuple[str, str | None], seen_without: str
) -> None:
    assert seen_with[0] == seen_with[1] == os.environ["PGUSER"]
    assert seen_without == UNREQUESTED


@pytest.mark.parametrize("turn", [1, 2])
def test_a_url_that_is_requested_in_the_body_is_wiped(request: pytest.FixtureRequest, turn: int) -> None:
    url = make_url(request.getfixturevalue("database_url")).set(drivername="postgresql")

    async def add() -> Any:
        connection = await asyncpg.connect(url.render_as_string(hide_password=False))
        try:
            return await connection.fetchval(
                "WITH new AS (INSERT INTO oneloop_probe.shelves (name, copies) VALUES ('x', 1)) "
                "SELECT count(*) FROM oneloop_probe.shelves"
            )
        finally:
            await connection.close()

    assert asyncio.run(add()) == 0, turn


@pytest.fixture
def second_run(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestRun]:
    """Give a run that has set no variable yet, below a shell with some of libpq's."""
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGHOST", "db.example")
    monkeypatch.setenv("database_url", "postgresql://db.example/orders_prod")
    yield TestRun(pytestconfig.stash[CONFIG])


def test_variables_of_the_shell_are_dropped_and_restored(second_run: TestRun, pytestconfig: pytest.Config) -> None:
    before = dict(os.environ)

    second_run.name_database(NO_SERVER)
    nowhere = dict(os.environ)
    second_run.name_database(pytestconfig.stash[RUN].connect().server)
    named = dict(os.environ)
    second_run.resources.close()

    assert "test_not_available" in nowhere["DATABASE_URL"]
    assert second_run.id in named["DATABASE_URL"]
    assert named["PGDATABASE"] in named["DATABASE_URL"]
    assert {"PGSSLMODE", "database_url"} & (nowhere.keys() | named.keys()) == set()
    assert dict(os.environ) == before


def test_a_run_without_a_server_names_no_database_that_exists(second_run: TestRun) -> None:
    second_run.name_database(NO_SERVER)
    try:
        with pytest.raises(OSError):
            asyncio.run(asyncpg.connect(os.environ["DATABASE_URL"]))
    finally:
        second_run.resources.close()


def test_what_the_given_url_leaves_out_comes_from_the_shell(
    given: Callable[[str], PostgresSource], _database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables of the run name the app's role, and the administrator still connects as the given one."""
    url = _database.databases.server.admin
    monkeypatch.setenv(VARIABLE, f"postgresql:///{url.database}")
    for name, value in {"HOST": url.query["host"], "USER": url.username, "PASSWORD": url.password}.items():
        monkeypatch.setenv(f"PG{name}", str(value))
    source = PostgresSource()
    source.start("00000003")
    server: RunServer = source.server()
    source.stop()

    assert (server.admin.username, server.admin.host) == (url.username, url.query["host"])
    assert server.admin.password == url.password
