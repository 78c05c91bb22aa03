"""Runs the suite in this process, and watches which client sends which request in which test."""

import contextlib
import logging
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.types import Message, Receive, Scope, Send

from .app.resources import DATABASE, Resource, listening
from .app.routes import WEBSOCKET
from .errors import AuditError
from .loop_failures import KnownFailure, Observed, loop_failure, texts_of
from .report import Seen
from .suite.record import Record
from .suite.values import ASYNC, SOCKET, SYNC, Client, Entered, SentRequest

CALL = "__call__"  # of Starlette, which FastAPI's own calls
HOST_OF_TEST_CLIENT = "testclient"
_current: ContextVar[SentRequest | None] = ContextVar("request", default=None)
WITH_RESULT = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
# While a plugin of this name is registered, `known_failures.py` of the pytest plugin marks no test.
RECORDER = "oneloop-loop-failure-recorder"


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
                observer._note_lifespan(app, scope)
                await original(app, scope, receive, send)  # the lifespan, or a mounted app
                return
            await observer._watch(app, original, scope, receive, send)

        with listening({"before_cursor_execute": _note_statement, "do_connect": _note_statement}):
            setattr(Starlette, CALL, watched)
            try:
                yield
            finally:
                setattr(Starlette, CALL, original)

    def _note_lifespan(self, app: Starlette, scope: Scope) -> None:
        """Note a lifespan in a thread of a `TestClient`. That of a server names a version of ASGI."""
        in_client = threading.current_thread() is not threading.main_thread() and "asgi" not in scope
        if scope["type"] == "lifespan" and in_client and self._running is not None:
            self._running.record.entered.append(Entered(SYNC, app, "the run"))

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


def run_suite(arguments: Sequence[str], plugin_folder: Path) -> dict[str, Observed]:
    """Run the suite, and return what happened in each test. The tests of the pytest plugin are left out."""
    observer = Observer()
    options = ["-q", f"--ignore={plugin_folder}", *(("-n0",) if find_spec("xdist") else ())]
    # Standard output is the audit's own, and may be JSON.
    with contextlib.redirect_stdout(sys.stderr), observer.watching():
        status = pytest.main([*options, *arguments], plugins=[_Registering(observer)])
    if status not in WITH_RESULT:
        raise AuditError(
            f"The suite did not run: pytest ended with status {int(status)}, see above. "
            f"Fix that, and try again. To see it alone, run in the project:\n    pytest {' '.join(arguments)}".rstrip()
        )
    return observer.tests


class _Registering:
    """Registers the observer under the name that `known_failures.py` looks for."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self._observer, RECORDER)


def by_function(tests: dict[str, Observed]) -> dict[str, Seen]:
    """Join the parameters of each test: a test is converted as a whole."""
    joined: dict[str, Seen] = {}
    for test in tests.values():
        if not test.ran:
            continue
        path, _, name = test.nodeid.partition("::")
        function = f"{path}::{name.partition('[')[0]}"
        seen = joined.get(function, Seen(Record(), whole=True))
        seen.record.add(test.record)
        joined[function] = seen._replace(whole=seen.whole and test.passed)
    return joined
