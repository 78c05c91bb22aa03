"""The errors that come of a connection which is gone, whatever wraps them."""

from collections.abc import Iterator

import asyncpg  # type: ignore[import-untyped]  # it ships no types

from ..errors import DatabaseUnreachableError

# What comes of a connection that somebody ended: which of them is a matter of milliseconds.
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


def may_be_outage(error: BaseException) -> bool:
    """Tell whether `error`, or anything that it came of, is what a server that is gone causes.

    Others cause such errors too: ask the server.
    """
    return any(isinstance(one, (*LOST, DatabaseUnreachableError)) for one in _all(error))


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
