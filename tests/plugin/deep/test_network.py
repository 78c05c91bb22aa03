"""No test reaches another machine, but for one that says why."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import AsyncClient

from pytest_socket import SocketConnectBlockedError

# An address that belongs to nobody (RFC 5737), should the guard fail.
ADDRESS = "192.0.2.1"


async def by_httpx() -> None:
    async with AsyncClient() as client:
        await client.get(f"http://{ADDRESS}:8080")


async def by_streams() -> None:
    await asyncio.open_connection(ADDRESS, 8080)


async def by_a_blocking_client() -> None:
    await asyncio.to_thread(socket.create_connection, (ADDRESS, 8080))


@pytest.mark.filterwarnings("ignore:A test tried")  # pytest-socket warns before it raises
@pytest.mark.parametrize("leave", [by_httpx, by_streams, by_a_blocking_client])
async def test_another_machine_is_refused_by_its_address(leave: Callable[[], Any]) -> None:
    with pytest.RaisesGroup(
        pytest.RaisesExc(SocketConnectBlockedError, match=ADDRESS),
        allow_unwrapped=True,
        flatten_subgroups=True,
    ):
        await leave()


async def test_loopback_is_open() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)

        assert await reader.read() == b""

        writer.close()
        await writer.wait_closed()


@pytest.mark.network("it shows what the marker does; nothing is sent")
def test_a_marked_test_may_reach_another_machine() -> None:
    with socket.socket() as sock:
        sock.settimeout(0.001)

        with pytest.raises(OSError):
            sock.connect((ADDRESS, 443))
