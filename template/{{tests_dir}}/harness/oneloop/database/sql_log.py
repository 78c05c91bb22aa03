"""The SQL that a test ran, for the report of a failed test."""

import re
from collections import deque
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Any

from sqlalchemy.engine import Connection, Engine

from .engine_guard import exempted, listening

KEPT = 200
PARAMETERS_WIDTH = 200
SCHEMA = re.compile(r"\b(?:CREATE|ALTER|DROP)\b|^\s*(?:DO|CALL|COMMENT|GRANT|REVOKE|IMPORT)\b", re.IGNORECASE)


class SqlLog:
    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)
        self.schema = False  # whether one of them may have changed it

    def clear(self) -> None:
        self._lines.clear()
        self.schema = False

    def __str__(self) -> str:
        return "\n".join(self._lines)

    def recorded(self) -> AbstractContextManager[None]:
        return listening(Engine, before_cursor_execute=self._before, after_cursor_execute=self._after)

    def _before(self, connection: Connection, *_: Any) -> None:
        connection.info["oneloop_started"] = perf_counter()

    def _after(self, connection: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if exempted():
            return
        self.schema = self.schema or SCHEMA.search(statement) is not None
        spent = (perf_counter() - connection.info.pop("oneloop_started", perf_counter())) * 1000
        values = repr(parameters)[:PARAMETERS_WIDTH] if parameters else ""
        self._lines.append(f"{spent:7.2f} ms  {' '.join(statement.split())}  {values}".rstrip())
