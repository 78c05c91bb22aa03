"""Uvicorn, as a guest: on a loop that is not its own, and deaf to Ctrl-C."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

TICK_SECONDS = 0.1  # uvicorn's own: it writes the Date header anew by it
LEAVING_SECONDS = 1.0


class UvicornServer(uvicorn.Server):
    """Serves `app` until `leave` is set; `ready` says that it listens."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                interface="asgi3",
                lifespan="off",  # the app's runs already
                log_config=None,  # logging is the app's and pytest's
                access_log=False,
                proxy_headers=False,  # a test's X-Forwarded-For comes from no proxy
            )
        )
        self.ready = asyncio.Event()
        self.leave = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to pytest: Ctrl-C ends the run, and not this server alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        """Tick as uvicorn does, but end at once when told to: it would look once in a tick."""
        ticks = 0
        while not (self.leave.is_set() or await self.on_tick(ticks)):
            ticks += 1
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_SECONDS):  # no task, which a test would leave
                    await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is open, without the tenth of a second that uvicorn always sleeps."""
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_SECONDS):
                state = self.server_state
                while state.connections or state.tasks:  # noqa: ASYNC110  uvicorn has no event
                    await asyncio.sleep(0.001)
        for task in self.server_state.tasks:
            task.cancel()

    def sockets(self) -> list[socket.socket]:
        """Return the socket of each open connection."""
        transports = [connection.transport for connection in self.server_state.connections]
        return [transport.get_extra_info("socket") for transport in transports]
