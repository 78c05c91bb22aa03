"""Errors of a session: what it may be used for, by whom, and in which state."""

from .family import Family, Sign

SESSIONS = (
    Family(
        "MissingGreenlet",
        signs=(Sign("sqlalchemy.MissingGreenlet"),),
        example="sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call "
        "await_only() here.",
        cause="An attribute was read that has to be fetched first, and reading it cannot wait: a "
        "relationship that was not loaded, or a column that expired at a commit.",
        cure="Load it in the query, with `options(selectinload(Model.relationship))`, or "
        "`await session.refresh(row, ['name'])`. For rows that are read after a commit, make the "
        "sessions with `expire_on_commit=False`.",
    ),
    Family(
        "Row without its session",
        signs=(Sign("sqlalchemy.DetachedInstanceError"),),
        example="sqlalchemy.orm.exc.DetachedInstanceError: Parent instance <User> is not bound to "
        "a Session; lazy load operation of attribute 'documents' cannot proceed",
        cause="A row was read after its session had ended, often in a response model or in a "
        "background task, and the attribute was not loaded before.",
        cure="Load it in the query (`selectinload`), or hand on an id and read the row again in a "
        "session that is open.",
    ),
    Family(
        "Session in failed state",
        signs=(
            Sign("sqlalchemy.PendingRollbackError"),
            Sign(sqlstate="25P02"),
        ),
        example="sqlalchemy.exc.PendingRollbackError: This Session's transaction has been rolled "
        "back due to a previous exception during flush.",
        cause="An earlier statement failed, the error was caught, and the session was used on. "
        "This is the second error: the first one is the cause.",
        cure="Look further up in the report for the first error. Where it is expected, try the "
        "statement inside `async with session.begin_nested():`, or `await session.rollback()`.",
    ),
    Family(
        "Concurrent use of a session",
        signs=(
            Sign("sqlalchemy.IllegalStateChangeError"),
            Sign("sqlalchemy.InvalidRequestError", "concurrent operations are not permitted|/isce"),
        ),
        example="sqlalchemy.exc.InvalidRequestError: This session is provisioning a new "
        "connection; concurrent operations are not permitted",
        cause="Two tasks used one session at the same time: in `asyncio.gather`, in a task group, "
        "or in a background task that got the request's session.",
        cure="Give each task a session of its own, from the session factory. In a test that sends "
        "requests in parallel, override where sessions come from, never the session.",
    ),
    Family(
        "Another operation in progress",
        signs=(
            Sign(
                "asyncpg.InterfaceError",
                r"another operation (\(.*\) )?is (in progress|cancelling)",
            ),
            Sign("asyncpg.InternalClientError", "another operation .*in progress"),
        ),
        example="asyncpg.exceptions.InterfaceError: cannot perform operation: another operation "
        "is in progress",
        cause="One connection was asked a second thing before it had answered the first. Two "
        "tasks share it; or a request was cancelled; or, under two loops, this is what comes "
        "after the first error.",
        cure="If another error stands further up, mend that. Otherwise give each task a session "
        "or connection of its own.",
    ),
    Family(
        "Transaction already begun",
        signs=(Sign("sqlalchemy.InvalidRequestError", "A transaction is already begun"),),
        example="sqlalchemy.exc.InvalidRequestError: A transaction is already begun on this "
        "Session.",
        cause="`session.begin()` was called on a session that had begun by itself: the first "
        "statement does that. In a test, `db_session` has often been used by a fixture before.",
        cure="Leave `begin()` out and commit at the end. Or take a session that nobody has used: "
        "`async with factory.begin() as session`.",
    ),
    Family(
        "Transaction ended in its block",
        signs=(Sign("sqlalchemy.InvalidRequestError", "Can't operate on closed transaction"),),
        example="sqlalchemy.exc.InvalidRequestError: Can't operate on closed transaction inside "
        "context manager.",
        cause="`commit()` or `rollback()` was called inside `async with session.begin():`, which "
        "ends the transaction itself, and the session was used on.",
        cure="Keep one of the two: the block, or your own `commit()`.",
    ),
    Family(
        "Row of another session",
        signs=(Sign("sqlalchemy.InvalidRequestError", "is already attached to session"),),
        example="sqlalchemy.exc.InvalidRequestError: Object '<User>' is already attached to "
        "session '7' (this is '8')",
        cause="A row that one session holds was added to another: one that the test arranged in "
        "`db_session`, say, given to code with a session of its own.",
        cure="Hand on its id, and read it there: `await session.get(Model, row.id)`. Commit "
        "before, so that the other session can see it.",
    ),
)
