"""The errors of a connection that is gone, whatever wraps them."""

from collections.abc import Iterator

import asyncpg  # type: ignore[import-untyped]  # it ships no types

from ..errors import DatabaseUnreachableError

# Which of them comes is a matter of milliseconds.
CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


def is_connection_lost(error: BaseException) -> bool:
    """Return whether `error`, or anything that caused it, is of a connection that is gone."""
    return any(isinstance(one, (*CONNECTION_LOST, DatabaseUnreachableError)) for one in _all(error))


def _all(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or any(one is other for other in seen):
            continue
        seen.append(one)
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]
        yield one
