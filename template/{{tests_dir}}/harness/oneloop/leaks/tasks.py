"""Tasks that a test did not end, and errors on the loop that no code awaits."""

import asyncio
import inspect
import logging
from collections.abc import Collection
from contextlib import AbstractContextManager, suppress
from typing import Any
from unittest.mock import patch

from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import Receive, Scope, Send

from ..app.running_app import CLIENT_LEFT, ResponseWatch, of_app
from ..config import ProjectConfig
from ..database.engine_guard import current_task, exempted, sync_call
from .code_location import ROOT, is_own, location, raised_at

WAIT_SECONDS = 2.0
OURS = "oneloop: "  # the names of the plugin's own tasks begin with it
SINGLETONS = ("/sse_starlette/sse.py",)  # a task of these starts with a request, and lives as long as the process
logger = logging.getLogger(__name__)


class Tasks:
    """The tasks of the suite's loop: a test's own would run on into the next test, and the app's should."""

    def __init__(self, config: ProjectConfig) -> None:
        self._may_outlive = (*SINGLETONS, *config.may_outlive)
        self._before: set[asyncio.Task[Any]] = set()
        self._of_app: set[asyncio.Task[Any]] = set()
        self._stubborn: list[str] = []
        self.reported: list[BaseException] = []  # the lifespan may raise it again when it ends

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        create: Any = loop.get_task_factory() or (lambda loop, coro, **more: asyncio.Task(coro, loop=loop, **more))

        def make(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
            task: asyncio.Task[Any] = create(loop, coro, **options)
            if of_app.get():
                self._of_app.add(task)
            return task

        loop.set_task_factory(make)

    def note(self, loop: asyncio.AbstractEventLoop) -> None:
        self._before = asyncio.all_tasks(loop)

    def in_older_task(self) -> bool:
        return current_task() in self._before

    def late(self, loop: asyncio.AbstractEventLoop) -> list[asyncio.Task[Any]]:
        new = asyncio.all_tasks(loop) - self._before - self._of_app
        own = {task for task in new if not task.get_name().startswith(OURS)}
        return [task for task in own if not self._outlives(task)]

    def _outlives(self, task: asyncio.Task[Any]) -> bool:
        code = getattr(task.get_coro(), "cr_code", None)
        return code is not None and code.co_filename.endswith(self._may_outlive)

    def died(self) -> list[str]:
        """Return a line for each task of the app that failed, or that no end of the app ends."""
        lines, self._stubborn = self._stubborn, []
        for task in [each for each in self._of_app if each.done()]:
            self._of_app.remove(task)
            # asyncio has no public way to ask whether some code has retrieved the exception.
            if task._log_traceback and (error := task.exception()):  # noqa: SLF001
                logger.error("A task of the app failed", exc_info=error)
                self.reported.append(error)
                lines.append(f"{_name(task)} of the app, which failed: {error!r}{raised_at(error)}")
        return lines

    async def end_of_app(self) -> None:
        # What the lifespan has left running: a server's loop cancels it when it ends.
        left = [task for task in self._of_app if not task.done() and not self._outlives(task)]
        for task in left:
            task.cancel()
        if left:
            _, stubborn = await asyncio.wait(left, timeout=WAIT_SECONDS)
            self._stubborn += [f"{_line(task)}, after the lifespan of the app has ended" for task in stubborn]
            await _end(stubborn)

    async def settle(self, late: Collection[asyncio.Task[object]]) -> list[str]:
        _, pending = await asyncio.wait(late, timeout=WAIT_SECONDS)
        lines, stubborn = [_line(task) for task in pending], set[asyncio.Task[Any]]()
        while pending:
            for task in pending:
                task.cancel()
            stubborn |= (await asyncio.wait(pending, timeout=WAIT_SECONDS))[1]
            # The requests of a task that was cancelled run on.
            pending = {each for each in asyncio.all_tasks() if each.get_name().endswith(CLIENT_LEFT)} - stubborn
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
    # With the innermost own line: of what the coroutine awaits, if a library's coroutine awaits one of the service.
    coroutine: Any = task.get_coro()
    found, place = f"{_name(task)}, still running: {coroutine}", ""
    for file, line, _ in getattr(coroutine, "cr_origin", None) or ():
        place = f", created at {file.removeprefix(ROOT)}:{line}" if is_own(file) else ""
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        if is_own(frame.f_code.co_filename):
            place = f", at {location(frame, frame.f_lineno)}"
        coroutine = coroutine.cr_await
    return found + place


def _name(task: asyncio.Task[Any]) -> str:
    return f"the task {task.get_name()!r}"


class UnawaitedErrors:
    """The errors that asyncio only logs: of tasks that no code awaits. An app's own handler replaces this one."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def responses_watched(self) -> AbstractContextManager[Any]:
        """Note what is raised after a complete response, below the app's own middleware, which may handle it."""
        original = ExceptionMiddleware.__call__

        async def call(inner: ExceptionMiddleware, scope: Scope, receive: Receive, send: Send) -> None:
            answer = ResponseWatch(send)
            try:
                await original(inner, scope, receive, answer.send)
            except Exception as error:
                if answer.complete and sync_call.get() is None:  # the sync client raises it
                    request = f"{scope['method']} {scope['path']}"
                    line = f"an error after the response to {request} was complete: {error!r}{raised_at(error)}"
                    self._lines[line] = None  # that of a mounted app comes here twice
                raise

        return patch.object(ExceptionMiddleware, "__call__", call)

    def take(self) -> list[str]:
        lines, self._lines = [*self._lines], {}
        return lines

    def handle(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error, task = context.get("exception"), context.get("future")
        # Not if only a library's code is in the traceback: asyncpg leaves futures of its own.
        if error is not None and (place := raised_at(error)) and not exempted.get():
            of = f" of {_name(task)}" if isinstance(task, asyncio.Task) else ""
            self._lines[f"an error{of} that no code awaits: {error!r}{place}"] = None
        loop.default_exception_handler(context)  # logs the traceback, which pytest shows
