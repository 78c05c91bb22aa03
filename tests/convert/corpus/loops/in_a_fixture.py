import asyncio

import pytest

from app.main import remember


@pytest.fixture
def remembered():
    return asyncio.run(remember("a"))


def test_remembered(client, remembered):
    assert remembered in client.get("/remembered").json()
