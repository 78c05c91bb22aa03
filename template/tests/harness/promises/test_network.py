"""No test leaves this machine, and a fake answers for everybody else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient

from ..guard import Guard
from ..network import ExternalHTTP
from ..network.errors import NetworkError, UnexpectedRequestError
from .probe import PREFIX, Probe

# Names and addresses that nobody can have (RFC 2606, RFC 5737), should the guard ever fail.
NAME = "rates.invalid"
ADDRESS = "192.0.2.1"
URL = f"https://{NAME}/latest"


async def get_http_client() -> AsyncIterator[AsyncClient]:
    """Stand for a service's own dependency."""
    async with AsyncClient(timeout=5) as client:
        yield client


HttpClient = Annotated[AsyncClient, Depends(get_http_client)]


@pytest.fixture
def rates(probe: Probe) -> str:
    """Give the path of a route that asks another service."""

    @probe.get("/rates")
    async def read_rates(client: HttpClient) -> Any:
        try:
            response = await client.get(URL, params={"base": "EUR"})
        except httpx2.TransportError as error:
            return {"error": type(error).__name__}
        except Exception:  # noqa: BLE001  a service that hides every failure
            return {"error": "hidden"}
        return response.json()

    return f"{PREFIX}/rates"


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


async def test_a_refusal_that_the_service_hides_is_raised_again(
    rates: str, async_client: AsyncClient, guard: Guard
) -> None:
    assert (await async_client.get(rates)).json() == {"error": "hidden"}

    with pytest.raises(NetworkError, match=f"{NAME}:443"):
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


async def test_the_fake_answers_and_records(
    rates: str, app: FastAPI, async_client: AsyncClient, external_http: ExternalHTTP
) -> None:
    app.dependency_overrides[get_http_client] = lambda: external_http.client
    external_http.answer("GET", URL, json={"USD": 1.1})

    assert (await async_client.get(rates)).json() == {"USD": 1.1}
    assert [str(request.url) for request in external_http.requests] == [f"{URL}?base=EUR"]


async def test_the_fake_can_be_down(
    rates: str, app: FastAPI, async_client: AsyncClient, external_http: ExternalHTTP
) -> None:
    app.dependency_overrides[get_http_client] = lambda: external_http.client
    external_http.answer("GET", URL, raises=httpx2.ConnectTimeout("too late"))

    assert (await async_client.get(rates)).json() == {"error": "ConnectTimeout"}


async def test_an_unexpected_request_is_named(
    rates: str,
    app: FastAPI,
    async_client: AsyncClient,
    external_http: ExternalHTTP,
    guard: Guard,
) -> None:
    app.dependency_overrides[get_http_client] = lambda: external_http.client
    external_http.answer("POST", URL)

    assert (await async_client.get(rates)).json() == {"error": "hidden"}
    with pytest.raises(UnexpectedRequestError, match=f"asked for GET {URL}, .* has POST {URL}"):
        guard.raise_violation()
