"""A pytest plugin that watches a run: which client sends which request in which test."""

import logging
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from .app.reached_resources import DATABASE, Resource
from .baseline_file import KnownFailure, Observed
from .loop_failures import loop_failure, texts_of
from .request_text import WEBSOCKET
from .sqlalchemy_events import listening
from .suite.sent_requests import ASYNC, SOCKET, SYNC, Client, SentRequest

CALL = "__call__"  # of Starlette, which FastAPI's own calls
HOST_OF_TEST_CLIENT = "testclient"
_current: ContextVar[SentRequest | None] = ContextVar("request", default=None)


@dataclass(eq=False)  # pytest needs hashable plugins
class Observer:
    tests: dict[str, Observed] = field(default_factory=dict)
    _running: Observed | None = None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self.tests[item.nodeid] = Observed(item.nodeid)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Remember which test is running, and listen to the log meanwhile."""
        self._running = test = self.tests[item.nodeid]
        root = logging.getLogger()
        root.addHandler(test.logged)
        try:
            return (yield)
        finally:
            root.removeHandler(test.logged)
            self._running = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how the test ended, and whether it failed because of its loop."""
        report = yield
        test = self.tests[item.nodeid]
        test.ran = test.ran or report.when == "call" or report.failed
        if report.failed and call.excinfo is not None:
            test.passed = False
            texts = [*test.logged.texts, *texts_of(call.excinfo.value)]
            name = loop_failure(texts, sync=SYNC in test.record.clients)
            if name is not None and test.failure is None:
                test.failure = KnownFailure(name, report.when or "call")
        return report

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch each request that enters the app, and each statement that it sends."""
        original = Starlette.__call__
        observer = self

        async def watched(app: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] not in ("http", "websocket") or _current.get() is not None:
                await original(app, scope, receive, send)  # the lifespan, or a mounted app
                return
            await observer._watch(app, original, scope, receive, send)

        with listening({"before_cursor_execute": _note_statement, "do_connect": _note_statement}):
            setattr(Starlette, CALL, watched)
            try:
                yield
            finally:
                setattr(Starlette, CALL, original)

    async def _watch(self, app: Starlette, original: Any, scope: Scope, receive: Receive, send: Send) -> None:
        kind = _kind(scope)
        method = WEBSOCKET if scope["type"] == "websocket" else scope["method"]
        request = SentRequest(Client(kind, app=app), method, scope["path"], "the run")
        if self._running is not None:
            self._running.record.requests.append(request)
            self._running.record.clients.add(kind)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.expected.add(message["status"])
            await send(message)

        token = _current.set(request)
        try:
            await original(app, scope, receive, noted)
        finally:
            _current.reset(token)


def _kind(scope: Scope) -> str:
    if (scope.get("client") or ("",))[0] == HOST_OF_TEST_CLIENT:
        return SYNC
    return ASYNC if threading.current_thread() is threading.main_thread() else SOCKET


def _note_statement(*_: Any) -> None:
    request = _current.get()
    if request is not None:
        request.observed.add(Resource(DATABASE, "a statement in the run"))
