"""Errors on the suite's loop that nobody awaits: of a task, a future or a callback."""

import asyncio
import traceback
from typing import Any

from ..database.engine_guard import exempted
from .code_location import is_own, place


class UnawaitedErrors:
    """What asyncio tells nobody but a log: the task that failed and that no code awaits.

    Catches the background work that fails on each request while every test is green. It is the
    loop's exception handler; where the app sets one of its own, that one has the say.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hear what `loop` has to say, as long as it lasts."""
        loop.set_exception_handler(self._handle)

    def clear(self) -> None:
        """Forget what came before this test: it is in the log."""
        self._lines.clear()

    def take(self) -> list[str]:
        """Return a line for each error, and forget it."""
        lines, self._lines = self._lines, []
        return lines

    def _handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if (line := _line(context)) and not exempted():
            self._lines.append(line)
        loop.default_exception_handler(context)  # the traceback: pytest shows the log


def _line(context: dict[str, Any]) -> str | None:
    """Say what failed, and where. None if a library alone did: asyncpg leaves its own futures."""
    error: BaseException | None = context.get("exception")
    steps = traceback.walk_tb(error.__traceback__ if error else None)
    own = [(frame, number) for frame, number in steps if is_own(frame.f_code.co_filename)]
    if not own:
        return None
    task = context.get("future")
    of = f" of the task {task.get_name()!r}" if isinstance(task, asyncio.Task) else ""
    return f"an error{of} that nobody awaits: {error!r}, raised at {place(*own[-1])}"
