"""A test that closes the loop of all others."""

import asyncio

import pytest
from httpx2 import AsyncClient


@pytest.fixture
async def loop() -> asyncio.AbstractEventLoop:
    return asyncio.get_running_loop()


def test_closes_the_loop(loop: asyncio.AbstractEventLoop) -> None:
    loop.close()


async def test_one_after(admin_client: AsyncClient) -> None:
    pass


async def test_another(admin_client: AsyncClient) -> None:
    pass
