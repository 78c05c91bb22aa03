import asyncio

import pytest

from app.main import remember


@pytest.fixture(scope="session")
def event_loop():
    """One loop for all."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_remember(event_loop):
    assert event_loop.run_until_complete(remember("a")) == "a"
