"""Errors of the database, named by what happened, and without the values of rows.

The class of an exception does not say what happened: a `TimeoutError` may come from connecting,
from a statement, or from COMMIT. After the first two nothing was written. After the last the rows
may be there, so "try again" would be wrong.
"""

import re
from traceback import walk_tb
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from .errors import UnavailableError

# SQLSTATEs that say nothing about a COMMIT: the connection or the server went away.
UNANSWERED = ("08", "57P")

# The values that messages quote. Those of a violated constraint are in DETAIL.
VALUES = re.compile(
    r'(query argument \$\d+).*|(?<=: )".*"|(?<=value )".*"|(?<=: )\'.*\'', re.DOTALL
)


class DatabaseUnreachableError(UnavailableError):
    """No connection could be opened, so nothing was written."""


class StatementTimeoutError(UnavailableError):
    """A statement took too long, so its transaction is rolled back."""


class ConnectionLostError(UnavailableError):
    """The connection broke off before COMMIT, so its transaction is rolled back."""


class CommitUnknownError(Exception):
    """COMMIT was sent and no answer came. It is a 500: a repeated request may write twice."""

    def __init__(self) -> None:
        super().__init__("COMMIT was sent and no answer came: the rows may be there or not.")


def explain_errors(engine: AsyncEngine) -> None:
    """Make each connection of `engine` raise the errors above."""
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "handle_error", _explain)


def _connect(dialect: Dialect, _: Any, arguments: Any, options: Any) -> Any:
    try:
        return dialect.connect(*arguments, **options)
    except Exception as error:
        # A TimeoutError and a wrong host name are OSErrors too.
        if isinstance(error, OSError) or str(getattr(error, "sqlstate", "")).startswith(UNANSWERED):
            raise DatabaseUnreachableError from error
        raise


def _explain(context: ExceptionContext) -> Exception | None:
    error = context.original_exception
    _remove_values(context)
    if not isinstance(error, Exception):
        return None  # the task is cancelled, and an error in its place would keep it alive
    # A COMMIT and a ROLLBACK both have no statement. The dialect's method tells which it was.
    if any(frame.f_code.co_name == "do_commit" for frame, _ in walk_tb(error.__traceback__)):
        return CommitUnknownError() if _unanswered(error) else None
    if isinstance(error, TimeoutError):
        return StatementTimeoutError()
    return ConnectionLostError() if context.is_disconnect else None


def _unanswered(error: BaseException) -> bool:
    state = getattr(getattr(error, "driver_exception", None), "sqlstate", None)
    return state is None or state.startswith(UNANSWERED)


def _remove_values(context: ExceptionContext) -> None:
    # Logs and Sentry print the chain of errors. DETAIL has the whole row, a password hash too.
    error = context.original_exception
    driver_error = getattr(error, "driver_exception", None)
    for each in (context.sqlalchemy_exception, error, driver_error):
        if each is not None and each.args and isinstance(each.args[0], str):
            each.args = (VALUES.sub(r"\1", each.args[0]), *each.args[1:])
    if driver_error is not None:
        driver_error.detail = None
        driver_error.__cause__, driver_error.__suppress_context__ = None, True
