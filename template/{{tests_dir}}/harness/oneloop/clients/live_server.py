"""The live server: the running app behind uvicorn, on loopback and on the shared event loop."""

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
Call = asyncio.Future[None]


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
                await self.stop()  # a test may have cancelled it
                # Without the protocol, asyncio leaves out TCP_NODELAY: a response in two parts then waits 40 ms.
                listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
                listening.bind((HOST, 0))
                self.url = f"http://{HOST}:{listening.getsockname()[1]}"
                self._uvicorn = _make_server(self._noted)
                # Not `serve`: it takes Ctrl-C, which is pytest's, and does not tell when it is ready.
                await self._uvicorn.startup([listening])
                self._task = asyncio.create_task(self._uvicorn.main_loop(), name="oneloop: live server")

    async def stop(self) -> None:
        if self._uvicorn is not None and self._task is not None:
            self._task.cancel()
            await self._uvicorn.shutdown()

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

    # The app has been started, logging is the app's and pytest's, and a test's X-Forwarded-For comes from no proxy.
    off: Any = {"lifespan": "off", "log_config": None, "access_log": False, "proxy_headers": False}
    config = uvicorn.Config(app, interface="asgi3", timeout_graceful_shutdown=1, **off)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    return server
