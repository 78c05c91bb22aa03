"""The live server: the running app under real uvicorn, on loopback and on the suite's own loop."""

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from .errors import LiveServerError

if TYPE_CHECKING:
    from .uvicorn_server import UvicornServer

HOST = "127.0.0.1"
START_SECONDS = 5.0

Call = asyncio.Future[None]


class LiveServer:
    """Uvicorn in front of `asgi`, started when first wanted; `url` says where it listens.

    `asgi` is the app whose lifespan runs already, with its state handed to each request, so that
    uvicorn runs no second one.
    """

    def __init__(self, asgi: ASGIApp) -> None:
        self.url = ""
        self._asgi = asgi
        self._calls: dict[Any, Call] = {}
        self._uvicorn: UvicornServer | None = None
        self._task: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    def __str__(self) -> str:
        return self.url

    async def start(self) -> None:
        """Listen on a free port of loopback; nothing to do for a server that does so already."""
        async with self._starting:  # of two clients that are opened at once, one waits
            if self._task is None:
                self._task = await self._started()

    async def _started(self) -> asyncio.Task[None]:
        from .uvicorn_server import UvicornServer  # noqa: PLC0415  only a run that needs it pays

        self._uvicorn = UvicornServer(self._counted)
        # The protocol is named, or asyncio takes the socket for some other kind and leaves out
        # TCP_NODELAY: an answer in two parts then waits 40 ms for an acknowledgement.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.bind((HOST, 0))
        self.url = f"http://{HOST}:{listening.getsockname()[1]}"
        serving = self._uvicorn.serve([listening])
        task = asyncio.create_task(serving, name="harness: live server")
        ready = asyncio.create_task(self._uvicorn.ready.wait())
        await asyncio.wait(
            {task, ready}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if not ready.done():
            ready.cancel()
            task.cancel()
            failed = task.done() and task.exception()
            raise LiveServerError(repr(failed) if failed else "it was not ready in time", HOST)
        return task

    async def stop(self) -> None:
        """Close every connection and stop listening; nothing to do for one never started."""
        if self._uvicorn is not None and self._task is not None:
            self._uvicorn.leave.set()
            await self._task

    def connections(self) -> list[socket.socket]:
        """Return the server's side of each open connection."""
        return [] if self._uvicorn is None else self._uvicorn.sockets()

    def call_from(self, address: Any) -> Call | None:
        """Return the app's call for the last request from `address`, if it still runs."""
        return self._calls.get(address)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A client has its answer before the app is done: background tasks are still to come.
        address = tuple(scope["client"])
        call = self._calls[address] = asyncio.get_running_loop().create_future()
        try:
            await self._asgi(scope, receive, send)
        finally:
            if self._calls.get(address) is call:
                del self._calls[address]
            call.set_result(None)
