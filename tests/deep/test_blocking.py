"""Promise 14: a call that blocks the loop is named by its line."""

import time

import pytest
from httpx2 import AsyncClient

from ..guard import Guard
from ..leaks.errors import BlockingCallError
from .probe import PREFIX, Probe

HERE = "test_blocking.py:"


async def test_a_blocking_call_is_refused_at_its_line(
    probe: Probe, async_client: AsyncClient, guard: Guard
) -> None:
    @probe.get("/slow")
    async def wait() -> None:
        time.sleep(0.01)  # noqa: ASYNC251  it is what must be noticed

    response = await async_client.get(f"{PREFIX}/slow")

    assert response.status_code == 500
    with pytest.raises(BlockingCallError, match=rf"time\.sleep, called at .*{HERE}"):
        guard.raise_violation()


async def test_a_blocking_call_may_run_in_a_thread(probe: Probe, async_client: AsyncClient) -> None:
    @probe.get("/thread")
    def wait() -> str:
        time.sleep(0.001)
        return "served"

    assert (await async_client.get(f"{PREFIX}/thread")).json() == "served"


@pytest.mark.blocking("it shows what the marker does")
async def test_a_blocking_call_may_be_exempt() -> None:
    time.sleep(0.001)  # noqa: ASYNC251  it is what is exempt
