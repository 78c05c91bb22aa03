"""A service whose code blocks the loop: planted into `my_service.health` by tests/plugin/test_mistakes.py."""

import time

import pytest
from httpx2 import AsyncClient


async def test_handler_that_waits(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health/slow")).status_code == 200


@pytest.mark.blocking("it shows what the marker does")
async def test_handler_that_may_wait(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health/slow")).status_code == 200


async def test_handler_that_waits_in_a_thread(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health/thread")).status_code == 200


async def test_that_waits_itself() -> None:
    time.sleep(0.001)  # noqa: ASYNC251  the service's code is judged, not the test's
