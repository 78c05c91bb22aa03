"""Logs, slow queries, and Sentry."""

import logging
import re
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import Scope

from .settings import Settings

# The request that is answered, and its members that each line of the log gets.
current_request: ContextVar[Scope | None] = ContextVar("current_request", default=None)
REQUEST_ID, USER_ID = "request_id", "user_id"
logger = logging.getLogger(__name__)

SERVER_LOGGERS = ("uvicorn", "uvicorn.error", "uvicorn.access")
RESERVED = [*RESERVED_ATTRS, "color_message"]  # uvicorn's, for terminals
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # a path may have any: %0a would forge a line


def add_request(record: logging.LogRecord) -> bool:
    """Add the id of the request, its route, and who sends it."""
    scope = current_request.get()
    record.request_id = None
    if scope is not None:
        state = scope["state"]
        record.request_id = state[REQUEST_ID]
        record.client = scope["client"][0] if scope.get("client") else None
        # The path of FastAPI's `route` lacks the prefix of the router that includes it.
        included = scope.get("fastapi", {}).get("effective_route_context")
        record.route = getattr(included or scope.get("route"), "path", None)
        if not hasattr(record, USER_ID):
            record.user_id = state.get(USER_ID)
    return True


class ConsoleFormatter(logging.Formatter):
    """Lines to read in a terminal, with what the record has besides."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-8s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the base class's name
        """Return the line, without the traceback."""
        more = {name: value for name, value in record.__dict__.items() if name not in RESERVED}
        words = [f"{name}={value}" for name, value in more.items() if value is not None]
        line = " ".join([super().formatMessage(record), *words])
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], line)


def _formatter(settings: Settings) -> logging.Formatter:
    terminal = settings.log_format == "auto" and sys.stdout.isatty()
    if terminal or settings.log_format == "console":
        return ConsoleFormatter()
    formatter = JsonFormatter(
        "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        reserved_attrs=RESERVED,
    )
    formatter.converter = time.gmtime
    formatter.default_time_format, formatter.default_msec_format = "%Y-%m-%dT%H:%M:%S", "%s.%03dZ"
    return formatter


@contextmanager
def write_logs(settings: Settings) -> Generator[None]:
    """Write every log record to stdout, as JSON or for a terminal, until the block ends.

    It adds one handler to the root logger and removes it again; other handlers stay, such as
    pytest's. Uvicorn's records are included, except its access log: `RequestIdMiddleware` logs
    each request.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_formatter(settings))
    handler.addFilter(add_request)
    root = logging.getLogger()
    level, servers = root.level, {name: logging.getLogger(name) for name in SERVER_LOGGERS}
    before = {name: (log.handlers, log.propagate) for name, log in servers.items()}
    root.addHandler(handler)
    root.setLevel(settings.log_level)
    for name, log in servers.items():
        log.handlers = []
        log.propagate = name != "uvicorn.access"
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        for name, log in servers.items():
            log.handlers, log.propagate = before[name]


def log_slow_queries(engine: AsyncEngine, settings: Settings) -> None:
    """Log each statement that takes longer than `slow_query_ms`; never its parameters."""

    def timed(execute: Callable[..., None]) -> Callable[..., bool]:
        def run(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
            started = perf_counter()
            try:
                execute(cursor, statement, parameters, context)
            finally:
                spent = (perf_counter() - started) * 1000
                if spent > settings.slow_query_ms:
                    more = {"statement": statement, "milliseconds": round(spent, 1)}
                    logger.warning("slow query", extra=more)
            return True  # it is done: SQLAlchemy does not execute it

        return run

    # Events of the dialect: those of the connection would cost each request a twentieth.
    dialect = engine.dialect
    event.listen(engine.sync_engine, "do_execute", timed(dialect.do_execute))
    event.listen(engine.sync_engine, "do_executemany", timed(dialect.do_executemany))


def _without_personal_data(event: Any, _: Any) -> Any:
    breadcrumbs = event.get("breadcrumbs", {}).get("values", [])
    for extra in (event.get("extra", {}), *(each.get("data", {}) for each in breadcrumbs)):
        extra.pop("client", None)
    request = event.get("request", {})
    request.pop("query_string", None)
    request.get("headers", {}).pop("referer", None)
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
        before_send=_without_personal_data,
    )
