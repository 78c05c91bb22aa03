"""Logs as JSON, slow queries, and Sentry."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from .settings import Settings

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
logger = logging.getLogger(__name__)

SERVER_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access")
STARTED = "query_started"


def _add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True


@contextmanager
def json_logs(settings: Settings) -> Iterator[None]:
    """Write every log record to stdout as a line of JSON, until the block ends.

    It adds one handler to the root logger and removes it again; other handlers stay, such as
    pytest's. Uvicorn's records are included, except its access log: `RequestIdMiddleware` logs
    each request.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        JsonFormatter(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for terminals
        )
    )
    handler.addFilter(_add_request_id)
    root = logging.getLogger()
    level, servers = root.level, {name: logging.getLogger(name) for name in SERVER_LOGGERS}
    before = {name: (log.handlers, log.propagate) for name, log in servers.items()}
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    for name, log in servers.items():
        log.handlers, log.propagate = [], name != "uvicorn.access"
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for name, log in servers.items():
            log.handlers, log.propagate = before[name]


def log_slow_queries(engine: AsyncEngine, settings: Settings) -> None:
    """Log each statement that takes longer than `slow_query_ms`; never its parameters."""

    def begin(connection: Connection, *_: Any) -> None:
        connection.info[STARTED] = perf_counter()

    def end(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        spent = (perf_counter() - connection.info.pop(STARTED, perf_counter())) * 1000
        if spent > settings.slow_query_ms:
            logger.warning(
                "slow query", extra={"statement": statement, "milliseconds": round(spent, 1)}
            )

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)


def _without_query_string(event: Any, _: Any) -> Any:
    event.get("request", {}).pop("query_string", None)
    return event


def start_sentry(settings: Settings) -> None:
    """Report errors to Sentry if SENTRY_DSN is set; otherwise do not import it."""
    if settings.sentry_dsn is None:
        return
    import sentry_sdk  # noqa: PLC0415  slow, and most processes do not need it

    sentry_sdk.init(
        dsn=settings.sentry_dsn.get_secret_value(),
        send_default_pii=False,
        # Both may contain a password, under any name.
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_without_query_string,
    )
