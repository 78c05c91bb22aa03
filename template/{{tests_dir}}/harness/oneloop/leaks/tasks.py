"""Tasks that a test did not end, and errors on the loop that no code awaits."""

import asyncio
import inspect
import traceback
from collections.abc import Collection
from contextlib import suppress
from typing import Any

from ..database.engine_guard import exempted
from .code_location import is_own, location

WAIT_SECONDS = 2.0
OURS = "oneloop: "  # the names of the plugin's own tasks begin with it


class Tasks:
    """The tasks of the suite's loop, which would run on into the next test."""

    def __init__(self) -> None:
        self._before: Collection[asyncio.Task[object]] = ()

    def note(self, loop: asyncio.AbstractEventLoop) -> None:
        self._before = asyncio.all_tasks(loop)

    def late(self, loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[object]]:
        """Return the tasks that are new, without the plugin's own."""
        new = [task for task in asyncio.all_tasks(loop) if task not in self._before]
        return [task for task in new if not task.get_name().startswith(OURS)]

    async def settle(self, late: Collection[asyncio.Task[object]]) -> list[str]:
        """Wait two seconds for these tasks, cancel the others, and return a line for each."""
        _, pending = await asyncio.wait(late, timeout=WAIT_SECONDS)
        lines = [_line(task) for task in pending]
        for task in pending:
            task.cancel()
        if pending:
            _, stubborn = await asyncio.wait(pending, timeout=WAIT_SECONDS)
            await _end(stubborn)
        return lines


async def _end(stubborn: Collection[asyncio.Task[object]]) -> None:
    # At the end of the run the loop would wait forever for a task that swallows its cancellation.
    for task in stubborn:
        coroutine = task.get_coro()
        with suppress(RuntimeError):  # it swallows this as well
            if inspect.iscoroutine(coroutine):
                coroutine.close()
        task.cancel()
    if stubborn:
        done, _ = await asyncio.wait(stubborn, timeout=WAIT_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()  # asyncio logs an exception that was never retrieved


def _line(task: asyncio.Task[object]) -> str:
    return f"the task {task.get_name()!r}, still running: {task.get_coro()}{_waiting(task.get_coro())}"


def _waiting(coroutine: Any) -> str:
    # The innermost own line: of what the coroutine awaits, if a library's coroutine awaits one of the service.
    found = ""
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        if is_own(frame.f_code.co_filename):
            found = f", at {location(frame, frame.f_lineno)}"
        coroutine = coroutine.cr_await
    return found


class UnawaitedErrors:
    """The errors that asyncio only logs: of a task that failed and that no code awaits.

    Catches the background work that fails on each request while every test is green. This is the loop's exception
    handler; an app that sets its own replaces it.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_exception_handler(self._handle)

    def clear(self) -> None:
        self._lines.clear()

    def take(self) -> list[str]:
        lines, self._lines = self._lines, []
        return lines

    def _handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if (line := _unawaited_line(context)) and not exempted():
            self._lines.append(line)
        loop.default_exception_handler(context)  # logs the traceback, which pytest shows


def _unawaited_line(context: dict[str, Any]) -> str | None:
    # None if only a library's code is in the traceback: asyncpg leaves futures of its own.
    error: BaseException | None = context.get("exception")
    steps = traceback.walk_tb(error.__traceback__ if error else None)
    own = [(frame, line) for frame, line in steps if is_own(frame.f_code.co_filename)]
    if not own:
        return None
    task = context.get("future")
    of = f" of the task {task.get_name()!r}" if isinstance(task, asyncio.Task) else ""
    return f"an error{of} that no code awaits: {error!r}, raised at {location(*own[-1])}"
