"""How the errors of the pool, of connections, and of what the server has come about."""

import gc

from sqlalchemy import text
from sqlalchemy.util import greenlet_spawn

from oneloop.database.engine_guard import exempt
from tests.deep.schema import SCHEMA
from .given import Given, Provoke, Provoked, unraisable

LOCK = text(f"LOCK TABLE {SCHEMA}.shelves IN ACCESS EXCLUSIVE MODE NOWAIT")


async def exhaust_the_pool(given: Given) -> None:
    pool = given.own_engine(pool_size=1, max_overflow=0, pool_timeout=0.01)
    async with pool as engine, engine.connect(), engine.connect():
        pass


async def forget_a_connection(given: Given) -> None:
    async with given.own_engine() as engine:
        # Exempt: that it is forgotten is meant, and no leak of the test.
        with exempt(), unraisable() as raised:
            connection = await engine.connect()
            del connection
            gc.collect(0)
    raise raised[0]


async def lose_the_connection(given: Given) -> None:
    async with given.engine.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def use_a_connection_that_the_plugin_ended(given: Given) -> None:
    """In the second test, as a session of a wider fixture that is in a transaction."""
    async with given.own_engine() as engine, engine.connect() as connection:
        ended = await connection.get_raw_connection()
        await greenlet_spawn(ended.invalidate)
        await connection.execute(text("SELECT 1"))


async def lock_twice(given: Given) -> None:
    async with given.engine.connect() as one, given.engine.connect() as other:
        await one.execute(LOCK)
        await other.execute(LOCK)


async def ask_for_no_table(given: Given) -> None:
    async with given.engine.connect() as connection:
        await connection.execute(text("SELECT * FROM nowhere"))


async def ask_for_no_column(given: Given) -> None:
    async with given.engine.connect() as connection:
        await connection.execute(text(f"SELECT nothing FROM {SCHEMA}.shelves"))


async def alter_under_a_statement(given: Given) -> None:
    async with given.engine.connect() as connection:
        await connection.execute(text("CREATE TEMPORARY TABLE changing (a int) ON COMMIT DROP"))
        await connection.execute(text("SELECT * FROM changing"))
        await connection.execute(text("ALTER TABLE changing ADD COLUMN b int"))
        await connection.execute(text("SELECT * FROM changing"))


def said_by_the_server(sqlstate: str) -> Provoke:
    """Have the server raise what takes a second, or a superuser, to bring about."""

    async def provoke(given: Given) -> None:
        async with given.engine.connect() as connection:
            code = f"DO $$ BEGIN RAISE EXCEPTION 'it is so' USING ERRCODE = '{sqlstate}'; END $$"
            await connection.execute(text(code))

    return provoke


CONNECTIONS: Provoked = (
    ("Pool time-out", exhaust_the_pool),
    ("Connection not returned", forget_a_connection),
    ("Connection lost", lose_the_connection),
    ("Connection lost", use_a_connection_that_the_plugin_ended),
    ("Lock not given", lock_twice),
    ("Table or column missing", ask_for_no_table),
    ("Table or column missing", ask_for_no_column),
    ("Schema changed under a statement", alter_under_a_statement),
    ("Too many connections", said_by_the_server("53300")),
    ("Deadlock", said_by_the_server("40P01")),
)
