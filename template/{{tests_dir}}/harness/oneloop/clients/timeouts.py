"""A limit for each wait for the app, which pauses in a debugger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..errors import OneloopError

LIMIT_SECONDS = 10.0
TICKS = 20


class NoAnswerError(OneloopError):
    def __init__(self, waited_for: str, seconds: float = LIMIT_SECONDS) -> None:
        super().__init__(
            f"{waited_for} did not arrive within {seconds:g} seconds. The app waits for a lock, or for something that "
            "does not happen: the last SQL below may tell. Or its response has no end. See docs/testing/live.md."
        )


@asynccontextmanager
async def limited(waited_for: str, seconds: float = LIMIT_SECONDS) -> AsyncIterator[None]:
    """End the block with `NoAnswerError` once the loop has run so long: the time in a debugger does not count."""
    loop = asyncio.get_running_loop()
    timer: asyncio.TimerHandle

    def tick(left: int = TICKS) -> None:
        nonlocal timer
        if left == 0:
            timeout.reschedule(loop.time())
        else:
            timer = loop.call_later(seconds / TICKS, tick, left - 1)

    tick()
    try:
        async with asyncio.timeout(None) as timeout:
            yield
    except TimeoutError:
        if not timeout.expired():
            raise
        raise NoAnswerError(waited_for, seconds) from None
    finally:
        timer.cancel()
