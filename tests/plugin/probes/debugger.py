"""Places where a user calls a debugger: tests/plugin/test_mistakes.py types the answers in a terminal."""

import pdb
import signal

import pytest
from httpx2 import AsyncClient


@pytest.fixture(autouse=True)
def _short_limit() -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2, 0.2)


async def test_debugged() -> None:
    breakpoint()  # noqa: T100  that is what is tried
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0


@pytest.fixture
async def debugged() -> None:
    pdb.set_trace()  # noqa: T100  what a user writes


async def test_debugged_fixture(debugged: None) -> None:
    pass


async def test_debugged_handler(async_client: AsyncClient) -> None:
    assert (await async_client.get("/api/health/debugged")).status_code == 200
