"""The SQL that a test ran, for the report of a failed test."""

import asyncio
import re
from collections import deque
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Engine, ExceptionContext

from ..app.running_app import of_app
from ..errors import ConcurrentUseError, Refusals, SharedRoleError
from .engine_guard import current_task, exempted, listening

KEPT = 200
PARAMETERS_WIDTH = 200
SCHEMA = re.compile(r"\b(?:CREATE|ALTER|DROP)\b|^\s*(?:DO|CALL|COMMENT|GRANT|REVOKE|IMPORT)\b", re.IGNORECASE)
ROLE = re.compile(r"(?:^|;|\*/)\s*ALTER\s+(?:ROLE|USER)\b(?!\s+MAPPING|.*\sIN\s+DATABASE)", re.IGNORECASE | re.DOTALL)


class SqlLog:
    def __init__(self, refusals: Refusals | None = None) -> None:
        self._refusals = refusals  # None in an existing suite: what was green stays green
        self._running: WeakKeyDictionary[Connection, tuple[asyncio.Task[Any] | None, str, float]] = WeakKeyDictionary()
        self._lines: deque[str] = deque(maxlen=KEPT)
        self.schema = False  # whether one of them may have changed it

    def clear(self) -> None:
        self._lines.clear()
        self.schema = False

    def __str__(self) -> str:
        return "\n".join(self._lines)

    def recorded(self) -> AbstractContextManager[None]:
        heard = {"before_cursor_execute": self._before, "after_cursor_execute": self._after}
        return listening(Engine, **heard, handle_error=self._failed, commit=self._committed, rollback=self._rolled_back)

    def _before(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if self._refusals and ROLE.search(statement) and not exempted.get():
            self._refusals.refuse(SharedRoleError(statement))
        task = current_task()
        other, begun, _started = self._running.get(connection, (None, "", 0))
        if self._refusals and task is not None and not (other in {None, task} or other.done() or exempted.get()):
            self._refusals.refuse(ConcurrentUseError(begun, statement))
        self._running[connection] = task, statement, perf_counter()

    def _committed(self, _: Connection) -> None:
        self._note("COMMIT")

    def _rolled_back(self, _: Connection) -> None:
        self._note("ROLLBACK")

    def _note(self, statement: str, milliseconds: str = "") -> None:
        if not (exempted.get() or of_app.get()):  # such as a poller of the lifespan
            self._lines.append(f"{milliseconds:10}  {statement}")

    def _failed(self, context: ExceptionContext) -> None:
        if context.connection is not None:
            self._running.pop(context.connection, None)

    def _after(self, connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        _task, _statement, started = self._running.pop(connection, (None, "", perf_counter()))
        if exempted.get():
            return
        self.schema = self.schema or SCHEMA.search(statement) is not None
        values = repr(parameters)[:PARAMETERS_WIDTH] if parameters else ""
        spent = f"{(perf_counter() - started) * 1000:7.2f} ms"
        self._note(f"{' '.join(statement.split())}  {values}".rstrip(), spent)
