"""What reaches beyond a wipe, or stands in its way: each is reported by name, and the next test is clean."""

import subprocess
import sys
from typing import Any

import pytest
from my_service.users.models import User
from sqlalchemy import make_url, select, text

OTHER_PROCESS = """
import asyncio, sys
import asyncpg
async def main():
    *place, statement = sys.argv[1:]
    options = dict(zip(("user", "database", "host", "port"), place))
    connection, watcher = await asyncpg.connect(**options), await asyncpg.connect(**options)
    await connection.execute("BEGIN; UPDATE users SET username = 'mine'")
    running = asyncio.create_task(connection.execute(statement))
    seen = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND query = $2"
    while not await watcher.fetchval(seen, connection.get_server_pid(), statement):
        await asyncio.sleep(0.01)
    await watcher.close()
    print("locked", flush=True)
    await running
    await asyncio.sleep(60)
asyncio.run(main())
"""
CLEAN = text("SELECT to_regclass('left_behind') IS NULL AND to_regclass('searches') IS NOT NULL")


@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT pg_sleep(60)"])
async def test_another_process_holds_a_lock(
    test_user: User, database_url: str, request: Any, statement: str
) -> None:
    url = make_url(database_url)
    where = [str(url.username), str(url.database), str(url.query["host"]), str(url.query["port"])]
    command = [sys.executable, "-c", OTHER_PROCESS, *where, statement]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    request.session.other_process = process
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    process.stdout.close()


async def test_after_another_process(db_session: Any, request: Any) -> None:
    request.session.other_process.kill()
    request.session.other_process.wait()

    assert (await db_session.scalars(select(User))).all() == []


async def test_makes_a_table(db_session: Any) -> None:
    await db_session.execute(text("CREATE TABLE left_behind (id int)"))
    await db_session.commit()


async def test_drops_a_table(admin_client: Any, db_session: Any) -> None:
    await db_session.execute(text("DROP TABLE searches"))
    await db_session.commit()


async def test_alters_a_table(db_session: Any) -> None:
    await db_session.execute(text("ALTER TABLE documents ALTER COLUMN title SET DEFAULT 'x'"))
    await db_session.commit()


async def test_makes_a_table_out_of_sight(test_user: User, db_session: Any) -> None:
    connection = await (await db_session.connection()).get_raw_connection()
    await connection.driver_connection.execute("CREATE TABLE left_behind (id int)")
    await db_session.commit()


async def test_after_ddl(admin_client: Any, db_session: Any) -> None:
    assert await db_session.scalar(CLEAN)
    assert (await admin_client.get("/api/users/me")).status_code == 200
    assert (await db_session.execute(text("SELECT version_num FROM alembic_version"))).one()


def test_child_without_the_fixture() -> None:
    """The database exists by now; in a run of this test alone it would not."""
    subprocess.run([sys.executable, "-c", "import asyncio, asyncpg; asyncio.run(asyncpg.connect())"], check=True)
