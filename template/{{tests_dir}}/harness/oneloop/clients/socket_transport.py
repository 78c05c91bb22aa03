"""A client's way over the socket, which waits for the app as the way within the process does."""

import asyncio
import ssl
from collections.abc import AsyncIterator

from httpx2 import AsyncByteStream, AsyncHTTPTransport, Request, Response

from .live_server import Call, LiveServer
from .timeouts import limited

# How long the app may take to see that its client has left.
LEFT_SECONDS = 2.0
# Plain HTTP needs none, and to make one with certificates takes 30 ms for each client.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class LiveTransport(AsyncHTTPTransport):
    """Sends requests to the live server over a connection that is kept alive.

    An answer that was read to its end is given back when the app's call has ended, and so have the
    background tasks: as within the process, where a test that asserts what they did is no race.
    """

    def __init__(self, server: LiveServer) -> None:
        super().__init__(verify=NO_CERTIFICATES, trust_env=False)
        self._server = server

    async def handle_async_request(self, request: Request) -> Response:
        """Return the answer; raise `NoAnswerError` if none begins in time."""
        asked = f"{request.method} {request.url.path}"
        async with limited(f"{asked}, over the socket"):
            response = await super().handle_async_request(request)
        connection = response.extensions["network_stream"]
        call = self._server.call_from(connection.get_extra_info("client_addr"))
        assert isinstance(response.stream, AsyncByteStream)
        response.stream = _Body(response.stream, call, asked)
        return response


class _Body(AsyncByteStream):
    def __init__(self, stream: AsyncByteStream, call: Call | None, asked: str) -> None:
        self._stream = stream
        self._call = call
        self._asked = asked
        self._complete = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._stream)
        while True:
            async with limited(f"{self._asked}, the next part of the answer"):
                part = await anext(parts, None)
            if part is None:
                break
            yield part
        self._complete = True

    async def aclose(self) -> None:
        await self._stream.aclose()
        if self._call is None:
            return
        if self._complete:
            async with limited(f"{self._asked}, its background tasks"):
                await asyncio.wait([self._call])
        else:
            await asyncio.wait([self._call], timeout=LEFT_SECONDS)
