"""A plugin that watches a run: which client asked which route in which test."""

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from .app.reach import DATABASE, Reach
from .failures import listening, loop_family
from .known import Failure
from .suite.calls import WEBSOCKET, Call
from .suite.frames import Record
from .suite.values import ASYNC, SOCKET, SYNC, Client

CALL = "__call__"  # of Starlette, which FastAPI's own leads to
HOST_OF_TEST_CLIENT = "testclient"
_current: ContextVar[Call | None] = ContextVar("call", default=None)


@dataclass
class Observed:
    """What became of one test, with its parameters."""

    nodeid: str
    record: Record = field(default_factory=Record)
    passed: bool = True
    ran: bool = False
    failure: Failure | None = None


@dataclass(eq=False)
class Observer:
    """Watches; `tests` is by id. pytest wants its plugins hashable."""

    tests: dict[str, Observed] = field(default_factory=dict)
    _running: Observed | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note every test."""
        for item in items:
            self.tests[item.nodeid] = Observed(item.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Say which test the requests are from."""
        self._running = self.tests[item.nodeid]
        try:
            with listening(item):
                return (yield)
        finally:
            self._running = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the test ended, and whether it failed by its loop."""
        report = yield
        test = self.tests[item.nodeid]
        test.ran = test.ran or report.when == "call" or report.failed
        if report.failed and call.excinfo is not None:
            test.passed = False
            family = loop_family(item, call.excinfo.value, sync=SYNC in test.record.clients)
            if family is not None and test.failure is None:
                test.failure = Failure(family.name, report.when or "call")
        return report

    @contextmanager
    def watching(self) -> Iterator[None]:
        """See each request as it enters the app, and each statement as it leaves it."""
        original = Starlette.__call__
        observer = self

        async def watched(app: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("http", "websocket") or _current.get() is not None:
                await original(app, scope, receive, send)  # the lifespan, or a mounted app
                return
            await observer._watch(app, original, scope, receive, send)

        event.listen(Engine, "before_cursor_execute", _asked)
        event.listen(Engine, "do_connect", _asked)
        setattr(Starlette, CALL, watched)
        try:
            yield
        finally:
            setattr(Starlette, CALL, original)
            event.remove(Engine, "before_cursor_execute", _asked)
            event.remove(Engine, "do_connect", _asked)

    async def _watch(
        self, app: Starlette, original: Any, scope: Scope, receive: Receive, send: Send
    ) -> None:
        kind = _kind(scope)
        method = WEBSOCKET if scope["type"] == "websocket" else scope["method"]
        call = Call(Client(kind, app=app), method, scope["path"], "the run")
        if self._running is not None:
            self._running.record.calls.append(call)
            self._running.record.clients.add(kind)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.expected.add(message["status"])
            await send(message)

        token = _current.set(call)
        try:
            await original(app, scope, receive, noted)
        finally:
            _current.reset(token)


def _kind(scope: Scope) -> str:
    if (scope.get("client") or ("",))[0] == HOST_OF_TEST_CLIENT:
        return SYNC
    return ASYNC if threading.current_thread() is threading.main_thread() else SOCKET


def _asked(*_: Any) -> None:
    call = _current.get()
    if call is not None:
        call.observed.add(Reach(DATABASE, "a statement in the run"))
