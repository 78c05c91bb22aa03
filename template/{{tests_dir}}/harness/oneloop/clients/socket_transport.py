"""The transport over a socket, which waits for the app as the one in this process does."""

import asyncio
import ssl
from collections.abc import AsyncIterator

from httpx2 import AsyncByteStream, AsyncHTTPTransport, Request, Response

from .live_server import Call, LiveServer
from .timeouts import limited

# How long the app may take to notice that its client has left.
LEFT_SECONDS = 2.0
# Plain HTTP needs no certificates, and to load them takes 30 ms for each client.
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class LiveTransport(AsyncHTTPTransport):
    """Sends requests to the live server over a connection that is kept alive.

    A response that was read to its end is returned once the app's call has ended, background tasks included, as in this
    process: a test that asserts what they did is no race.
    """

    def __init__(self, server: LiveServer) -> None:
        super().__init__(verify=NO_CERTIFICATES, trust_env=False)
        self._server = server

    async def handle_async_request(self, request: Request) -> Response:
        name = f"{request.method} {request.url.path}"
        async with limited(f"The response to {name}, over the socket,"):
            response = await super().handle_async_request(request)
        connection = response.extensions["network_stream"]
        call = self._server.call_from(connection.get_extra_info("client_addr"))
        assert isinstance(response.stream, AsyncByteStream)
        response.stream = _Body(response.stream, call, name)
        return response


class _Body(AsyncByteStream):
    def __init__(self, stream: AsyncByteStream, call: Call | None, name: str) -> None:
        self._stream = stream
        self._call = call
        self._name = name
        self._complete = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._stream)
        while True:
            async with limited(f"The next part of the response to {self._name}"):
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
            async with limited(f"The end of the background tasks of {self._name}"):
                await asyncio.wait([self._call])
        else:
            await asyncio.wait([self._call], timeout=LEFT_SECONDS)
