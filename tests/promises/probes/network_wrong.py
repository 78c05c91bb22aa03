"""What must not leave this machine: each is told so, by host and port."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from tests.harness.network.hooks import hosts_of

NAME = "rates.invalid"


async def ask() -> None:
    async with AsyncClient() as client:
        await client.get(f"https://{NAME}/latest")


@pytest.fixture
def asking(app: FastAPI) -> Iterator[str]:
    """Give a route that asks another service, and hides that it cannot."""
    routes = list(app.router.routes)

    @app.get("/probe/asking")
    async def get_asking() -> None:
        with suppress(Exception):
            await ask()

    yield "/probe/asking"
    app.router.routes[:] = routes


@pytest.fixture
async def fetched() -> None:
    await ask()


async def test_asks() -> None:
    await ask()


async def test_asks_by_a_fixture(fetched: None) -> None:
    pass


async def test_service_hides_it(async_client: AsyncClient, asking: str) -> None:
    assert (await async_client.get(asking)).status_code == 200


def test_sync_and_blocking() -> None:
    socket.create_connection(("192.0.2.1", 443), timeout=1)


def test_looks_up() -> None:
    with pytest.raises(socket.gaierror):
        socket.gethostbyname(NAME)


async def test_unexpected_request(external_http: Any) -> None:
    with suppress(Exception):
        await external_http.client.get(f"https://{NAME}/latest")


async def test_loopback() -> None:
    server = await asyncio.start_server(lambda *_: None, "localhost", 0)
    server.close()


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        (None, []),
        ("no URL", []),
        ("postgresql://me:secret@db.internal:5432/orders_test", ["db.internal"]),
        ("postgresql://me@/orders_test?host=a.internal:5432&host=b.internal:5432", ["a.internal", "b.internal"]),
    ],
)
def test_hosts_of_the_tests_server(url: str | None, hosts: list[str]) -> None:
    assert list(hosts_of(url)) == hosts
