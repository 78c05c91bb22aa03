"""The live server: the running app behind uvicorn, on loopback and on the shared event loop."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import OneloopError

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
START_SECONDS = 5.0
POLL_SECONDS = 0.002
Call = asyncio.Future[None]


class LiveServerError(OneloopError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The live server did not start on {HOST}: {reason}. A sandbox without a network is "
            "the usual cause. Run without `--live`: most tests do not need the server then."
        )


class LiveServer:
    def __init__(self, asgi: ASGIApp) -> None:
        self.url = ""
        self._asgi = asgi
        self.calls: dict[Any, Call] = {}  # of the app, for the last request from each address, while it runs
        self._uvicorn: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        async with self._starting:
            if self._task is None or self._task.done():
                self._task = await self._serve()

    async def _serve(self) -> asyncio.Task[None]:
        # Without the protocol, asyncio leaves out TCP_NODELAY: a response in two parts then waits 40 ms.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind((HOST, 0))
        self.url = f"http://{HOST}:{listening.getsockname()[1]}"
        server = self._uvicorn = _make_server(self._noted)
        task = asyncio.create_task(server.serve([listening]), name="oneloop: live server")
        task.add_done_callback(lambda _: listening.close())  # a test may cancel it
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while not server.started:  # uvicorn has no event for it
            if task.done() or asyncio.get_running_loop().time() > deadline:
                task.cancel()
                failed = task.done() and not task.cancelled() and task.exception()
                raise LiveServerError(repr(failed) if failed else "it was not ready in time")
            await asyncio.sleep(POLL_SECONDS)
        return task

    async def stop(self) -> None:
        if self._uvicorn is not None and self._task is not None:
            self._uvicorn.should_exit = True
            await asyncio.wait([self._task])

    async def _noted(self, scope: Scope, receive: Receive, send: Send) -> None:
        # The call ends after its response: background tasks run in between.
        address = tuple(scope["client"])
        call = self.calls[address] = asyncio.get_running_loop().create_future()
        try:
            await self._asgi(scope, receive, send)
        finally:
            if self.calls.get(address) is call:
                del self.calls[address]
            call.set_result(None)


def _make_server(app: ASGIApp) -> "uvicorn.Server":
    import uvicorn  # noqa: PLC0415  a run without a live server does not pay for it

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # Ctrl-C is pytest's: it ends the run, and not the server alone

    # The app has been started, logging is the app's and pytest's, and a test's X-Forwarded-For comes from no proxy.
    off: Any = {"lifespan": "off", "log_config": None, "access_log": False, "proxy_headers": False}
    return Server(uvicorn.Config(app, interface="asgi3", timeout_graceful_shutdown=1, **off))
