"""What the wipe has to get right and an emitted test cannot ask for: it takes a superuser."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from tests.deep.conftest import wipe
from oneloop.cleanup.test_databases import TestDatabase
from oneloop.database.engine_guard import exempt
from oneloop.errors import ProtectedRowsError
from oneloop.cleanup.wiper import PostgresWiper as Wiper
from oneloop.cleanup.wiper import WipeResult


async def run(url: str, *statements: str) -> Any:
    """Run statements, and return what the last one says."""
    async with create_async_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            result = await connection.exec_driver_sql(statement)
        return result.scalar() if result.returns_rows else None


@pytest.fixture
def as_admin(_database: TestDatabase) -> Callable[[str], str]:
    """Give a callable that returns the administrator's URL for that of another role."""
    admin = _database.databases.server.admin
    return lambda url: make_url(url).set(username=admin.username, password=admin.password).render_as_string(False)


Migration = Callable[..., Callable[[str], None]]


@pytest.fixture
def migration(as_admin: Callable[[str], str]) -> Migration:
    """Give a callable that returns what a migration of these statements would be, by the administrator."""
    return lambda *statements: lambda url: asyncio.run(run(as_admin(url), *statements))


async def wipe_as(url: str, user: str, *, after: str) -> WipeResult:
    """Open a wiper as the owner of the tables, who is no superuser, run a statement as it, and wipe."""
    owner = make_url(url).set(username=user, password=user).render_as_string(hide_password=False)
    with exempt():
        wiper = await Wiper.open(owner, ())
    await run(owner, after)
    wiped = await wiper.wipe()
    await wiper.close()
    return wiped


async def test_what_is_foreign_an_extensions_or_temporary_is_left_alone(
    second_database: Any, _test_run: Any, migration: Migration, as_admin: Callable[[str], str]
) -> None:
    migrate = migration(
        "CREATE FOREIGN DATA WRAPPER nobody",
        "CREATE SERVER nowhere FOREIGN DATA WRAPPER nobody",
        "CREATE TABLE split (id int) PARTITION BY LIST (id)",
        "CREATE FOREIGN TABLE far_away PARTITION OF split FOR VALUES IN (1) SERVER nowhere",
        "CREATE TABLE near PARTITION OF split DEFAULT",
        "CREATE TABLE extended (id int)",
        "INSERT INTO extended VALUES (1)",
        "ALTER EXTENSION plpgsql ADD TABLE extended",
    )
    async with second_database("foreign", migrate) as url:
        engine = create_async_engine(as_admin(url), poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.exec_driver_sql("CREATE TEMPORARY TABLE passing AS SELECT 1 AS id")
            await connection.exec_driver_sql("INSERT INTO near VALUES (2)")
            await connection.commit()

            wiped = await wipe(_test_run.databases)

            assert (wiped.leaks, wiped.schema_changes) == ([], [])
            counts = "SELECT (SELECT count(*) FROM near), (SELECT count(*) FROM extended), count(*) FROM passing"
            assert tuple((await connection.exec_driver_sql(counts)).one()) == (0, 1, 1)


async def test_row_security_hides_nothing_from_the_wipe(
    second_database: Any, migration: Migration, as_admin: Callable[[str], str]
) -> None:
    """The owner of a table is bound by forced row security, unless it is a superuser."""
    migrate = migration(
        "CREATE ROLE landlord LOGIN PASSWORD 'landlord'",
        "CREATE TABLE secret (id int)",
        "ALTER TABLE secret OWNER TO landlord",
        "ALTER TABLE secret ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE secret FORCE ROW LEVEL SECURITY",
        "CREATE POLICY write_only ON secret FOR INSERT WITH CHECK (true)",
    )
    async with second_database("secured", migrate) as url:
        wiped = await wipe_as(url, "landlord", after="INSERT INTO secret VALUES (1)")

        assert (wiped.leaks, wiped.schema_changes) == ([], [])
        assert await run(as_admin(url), "SELECT count(*) FROM secret") == 0
        forced = "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'secret'"
        assert await run(as_admin(url), forced) is True


async def test_an_owner_who_is_no_superuser_gets_past_triggers(
    second_database: Any, migration: Migration, as_admin: Callable[[str], str]
) -> None:
    migrate = migration(
        "CREATE ROLE tenant LOGIN PASSWORD 'tenant'",
        "CREATE TABLE ledger (id int)",
        "ALTER TABLE ledger OWNER TO tenant",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$",
        "CREATE TRIGGER refuse BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    async with second_database("tenanted", migrate) as url:
        wiped = await wipe_as(url, "tenant", after="INSERT INTO ledger VALUES (1)")

        assert (wiped.leaks, wiped.schema_changes) == ([], [])
        assert await run(as_admin(url), "SELECT count(*) FROM ledger") == 0


async def test_rows_that_nobody_could_wipe_end_the_run(
    second_database: Any, migration: Migration, as_admin: Callable[[str], str]
) -> None:
    """As for the plain role of a given server, which owns the database but not the table."""
    migrate = migration(
        "CREATE ROLE lodger LOGIN PASSWORD 'lodger'",
        "CREATE TABLE secret (id int)",
        "GRANT ALL ON secret TO lodger",
        "ALTER TABLE secret ENABLE ROW LEVEL SECURITY",
    )
    async with second_database("protected", migrate) as url:
        with pytest.raises(ProtectedRowsError, match=r"lodger may not delete every row of public\.secret, .* would stay"):
            await wipe_as(url, "lodger", after="SELECT 1")


async def test_a_short_transaction_of_the_apps_own_is_no_leak(
    db_engine: AsyncEngine, _test_run: Any
) -> None:
    async with db_engine.connect() as connection:
        await connection.exec_driver_sql("SELECT 1")
        asking = asyncio.create_task(wipe(_test_run.databases))
        await asyncio.sleep(0.03)
        await connection.rollback()

        assert (await asking).leaks == []
