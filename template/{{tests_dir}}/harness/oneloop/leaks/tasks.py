"""Tasks that a test did not end, and errors on the loop that nothing awaits."""

import asyncio
import inspect
import traceback
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from ..database.engine_guard import exempted
from .code_location import is_own, place, where

WAIT_SECONDS = 2.0
OURS = "oneloop: "  # so begin the names of tasks that serve the whole run


class Tasks:
    """The tasks of the suite's loop, which would run on into the next test."""

    def __init__(self) -> None:
        self._before: Collection[asyncio.Task[object]] = ()

    def note(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take those that live now for somebody else's: the app's, or a wider fixture's."""
        self._before = asyncio.all_tasks(loop)

    def late(self, loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[object]]:
        """Return those that are new, but for the harness's own."""
        new = [task for task in asyncio.all_tasks(loop) if task not in self._before]
        return [task for task in new if not task.get_name().startswith(OURS)]

    async def settle(self, late: Collection[asyncio.Task[object]]) -> list[str]:
        """Wait two seconds for them, cancel those that did not end; return a line for each."""
        _, pending = await asyncio.wait(late, timeout=WAIT_SECONDS)
        lines = [_line(task) for task in pending]
        for task in pending:
            task.cancel()
        if pending:
            _, stubborn = await asyncio.wait(pending, timeout=WAIT_SECONDS)
            await _end(stubborn)
        return lines


async def _end(stubborn: Collection[asyncio.Task[object]]) -> None:
    # The loop would wait for ever, at the end of the run, for one that swallows its cancellation.
    for task in stubborn:
        coroutine = task.get_coro()
        with suppress(RuntimeError):  # it swallows that as well
            if inspect.iscoroutine(coroutine):
                coroutine.close()
        task.cancel()
    if stubborn:
        await asyncio.wait(stubborn, timeout=WAIT_SECONDS)
    for task in stubborn:
        if task.done() and not task.cancelled():
            task.exception()  # known to nobody else, and logged if nobody asks


def _line(task: asyncio.Task[object]) -> str:
    stack = task.get_stack(limit=1)
    waiting = f", at {where(stack[0])}" if stack else ""
    return f"the task {task.get_name()!r}, still running: {task.get_coro()}{waiting}"


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
        if (line := _unawaited_line(context)) and not exempted():
            self._lines.append(line)
        loop.default_exception_handler(context)  # the traceback: pytest shows the log


def _unawaited_line(context: dict[str, Any]) -> str | None:
    """Say what failed, and where. None if a library alone did: asyncpg leaves its own futures."""
    error: BaseException | None = context.get("exception")
    steps = traceback.walk_tb(error.__traceback__ if error else None)
    own = [(frame, number) for frame, number in steps if is_own(frame.f_code.co_filename)]
    if not own:
        return None
    task = context.get("future")
    of = f" of the task {task.get_name()!r}" if isinstance(task, asyncio.Task) else ""
    return f"an error{of} that nobody awaits: {error!r}, raised at {place(*own[-1])}"
