"""Patience: each wait for the app has an end, and a breakpoint does not use it up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from .errors import NoAnswerError

LIMIT_SECONDS = 10.0
TICKS = 20


@asynccontextmanager
async def patience(waited_for: str, seconds: float = LIMIT_SECONDS) -> AsyncIterator[None]:
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
