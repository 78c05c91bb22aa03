"""Each wait for the app has an end, which a debugger does not bring nearer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..errors import OneloopError

LIMIT_SECONDS = 10.0
TICKS = 20


class NoAnswerError(OneloopError):
    """The app was asked for something, and nothing came in time."""

    def __init__(self, waited_for: str, seconds: float = LIMIT_SECONDS) -> None:
        super().__init__(
            f"{waited_for}: nothing came within {seconds:g} seconds, so the wait was ended. The "
            "handler waits for something that does not happen, or a lock is held. Read the last "
            "statement of the SQL below. See docs/testing/live.md."
        )


@asynccontextmanager
async def limited(waited_for: str, seconds: float = LIMIT_SECONDS) -> AsyncIterator[None]:
    """End the block with `NoAnswerError` once the loop has run for so many seconds.

    Ticks are counted, and not the time that passed: a debugger in a handler stops the loop, and a
    request must not be found late when its developer goes on.
    """
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle

    def tick(left: int) -> None:
        nonlocal timer
        if left == 0:
            timeout.reschedule(loop.time())
            return
        timer = loop.call_later(seconds / TICKS, tick, left - 1)

    timer = loop.call_later(seconds / TICKS, tick, TICKS - 1)
    try:
        async with asyncio.timeout(None) as timeout:
            yield
    except TimeoutError:
        if not timeout.expired():
            raise
        raise NoAnswerError(waited_for, seconds) from None
    finally:
        timer.cancel()
