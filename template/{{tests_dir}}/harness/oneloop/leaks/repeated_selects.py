"""SELECT statements that one request repeats from the same line: a query for each row."""

import re
from contextlib import AbstractContextManager
from inspect import currentframe, unwrap
from typing import Any

from sqlalchemy.engine import Engine

from ..app.running_app import RunningApp, ServedRequest, served_request
from ..database.engine_guard import listening
from .code_location import UNKNOWN, defined_at, where

# Without FROM a statement reads no rows: `set_config`, a lock, a sequence.
SELECT = re.compile(r"\s*(?:SELECT|WITH)\b.*?\bFROM\b", re.IGNORECASE | re.DOTALL)
BATCH = 100  # with so many values a statement is the fix: `selectinload` and IN work in batches


class RepeatedSelects:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._found: dict[tuple[str, str], str] = {}

    def counted(self) -> AbstractContextManager[None]:
        return listening(Engine, before_cursor_execute=self._count)

    def take(self) -> list[str]:
        found, self._found = list(self._found.values()), {}
        return found

    def _count(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        served = served_request.get() if self._limit else None
        if served is None or served.ended or len(parameters or ()) >= BATCH or not SELECT.match(statement):
            return
        key = statement, where(currentframe(), below=RunningApp.asgi.__code__)
        served.selects[key] += 1
        if served.selects[key] >= self._limit:
            self._found[key] = _describe(served, *key)


def _describe(served: ServedRequest, statement: str, line: str) -> str:
    name, count = f"{served.scope.get('method', 'websocket')} {served.scope['path']}", served.selects[statement, line]
    endpoint: Any = unwrap(served.scope.get("endpoint", _describe))
    if line == UNKNOWN and hasattr(endpoint, "__code__"):  # a library ran it, such as pydantic for the response
        line = f"{defined_at(endpoint)}, in the response"
    return f"{name} ran this {count} times, at {line}:\n    {' '.join(statement.split())[:300]}"
