"""No test leaves this machine; `test_external_http` has who answers in its place."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import AsyncClient

from ..guard import Guard
from ..network.errors import NetworkError

# Names and addresses that nobody can have (RFC 2606, RFC 5737), should the guard ever fail.
NAME = "rates.invalid"
ADDRESS = "192.0.2.1"


async def by_httpx() -> None:
    async with AsyncClient() as client:
        await client.get(f"http://{NAME}:8080")


async def by_streams() -> None:
    await asyncio.open_connection(NAME, 8080)


async def by_address() -> None:
    await asyncio.open_connection(ADDRESS, 8080)


async def by_datagram() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.sendto(b"", (ADDRESS, 8080))


async def by_connect_ex() -> None:
    with socket.socket() as sock:
        sock.setblocking(False)
        sock.connect_ex((ADDRESS, 8080))


async def by_a_blocking_client() -> None:
    await asyncio.to_thread(socket.create_connection, (NAME, 8080))


@pytest.mark.parametrize(
    "leave",
    [by_httpx, by_streams, by_address, by_datagram, by_connect_ex, by_a_blocking_client],
)
async def test_leaving_this_machine_is_refused_by_host_and_port(
    leave: Callable[[], Any], guard: Guard
) -> None:
    with pytest.raises(NetworkError, match=rf"leave this machine for ({NAME}|{ADDRESS}):8080\."):
        await leave()

    with pytest.raises(NetworkError):
        guard.raise_violation()


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)

        assert await reader.read() == b""

        writer.close()
        await writer.wait_closed()


@pytest.mark.network("it shows what the marker does; the name resolves nowhere")
def test_a_marked_test_may_leave() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(NAME, 443)
