"""Errors of the pool, of connections, and of what the server has."""

from .family import Family, Sign

MISSING = Family(
    "Table or column missing",
    signs=(Sign(sqlstate="42P01"), Sign(sqlstate="42703")),
    example='asyncpg.exceptions.UndefinedTableError: relation "documents" does not exist',
    cause="The test database has what the migrations make, and no migration makes this. Or "
    "the statement names another schema.",
    cure="Make the migration: `uv run poe migrate`, then `uv run alembic revision "
    "--autogenerate -m ...`. A model's module that nothing imports is not seen by Alembic.",
)

CONNECTIONS = (
    Family(
        "Pool time-out",
        signs=(Sign("sqlalchemy.TimeoutError"),),
        example="sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 0 reached, "
        "connection timed out, timeout 30.00",
        cause="Every connection of the pool was out. Sessions were not closed; or a request holds "
        "one connection while it waits for a second; or more requests ran in parallel than the "
        "pool serves. The pool is the app's own, so production may run into the same.",
        cure="Open sessions with `async with`, and end one before you wait for something slow. If "
        "the load is real, raise the pool's size in the settings.",
    ),
    Family(
        "Too many connections",
        signs=(Sign(sqlstate="53300"),),
        example="asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already",
        cause="The server has no connection left: engines were made for each test and not "
        "disposed of, or many workers with large pools share one server.",
        cure="Take `db_engine`, which is made once, or `await engine.dispose()` where you make "
        "one. With `-n`, use smaller pools in the test settings.",
    ),
    Family(
        "Connection not returned",
        signs=(
            Sign("sqlalchemy.SAWarning", "non-checked-in connection"),
            Sign("pytest.PytestUnraisableExceptionWarning", "non-checked-in connection"),
        ),
        example="SAWarning: The garbage collector is trying to clean up non-checked-in connection",
        cause="A session or connection was forgotten without being closed, and was found when it "
        "was thrown away: perhaps in a later test than the one that did it.",
        cure="Open it with `async with`. To find the test, run them one by one: the report's SQL "
        "shows what that connection was asked.",
    ),
    Family(
        "Connection lost",
        signs=(
            Sign(sqlstate="57P01"),
            Sign(sqlstate="08003"),
            Sign("asyncpg.InterfaceError", "connection is closed"),
        ),
        example="asyncpg.exceptions.ConnectionDoesNotExistError: connection was closed in the "
        "middle of operation",
        cause="The server ended the connection: it was stopped or crashed, or the connection had "
        "been left open by an earlier test, whose transaction the harness ended.",
        cure="Look for a `LeakError` of an earlier test, and mend that one. Do not keep a "
        "connection or session past its test. When the server itself is gone, the run stops and "
        "says so.",
    ),
    Family(
        "Lock not given",
        signs=(Sign(sqlstate="55P03"),),
        example="asyncpg.exceptions.LockNotAvailableError: canceling statement due to lock timeout",
        cause="Another transaction holds the row or table, and did not end within the test "
        "database's two seconds; or the statement said NOWAIT. Often the test's own "
        "`db_session` holds it: it has changed the row and not committed.",
        cure="`await db_session.commit()` before the request. In the service, keep transactions "
        "short, and answer a NOWAIT that fails.",
    ),
    Family(
        "Deadlock",
        signs=(Sign(sqlstate="40P01"),),
        example="asyncpg.exceptions.DeadlockDetectedError: deadlock detected",
        cause="Two transactions took the same locks in different order, each waited for the "
        "other, and PostgreSQL ended one of them. It is a fault of the service, not of the test.",
        cure="Take locks in one order everywhere, say by id, or try the transaction again.",
    ),
    MISSING,
    Family(
        "Schema changed under a statement",
        signs=(
            Sign("asyncpg.InvalidCachedStatementError"),
            Sign("asyncpg.OutdatedSchemaCacheError"),
        ),
        example="asyncpg.exceptions.InvalidCachedStatementError: cached statement plan is invalid "
        "due to a database schema or configuration change",
        cause="A table was altered while open connections had statements prepared on it. A test "
        "that changes the schema does so to every later test as well.",
        cure="Change the schema in a migration. A test of a migration takes a database of its own, "
        "not the suite's.",
    ),
)
