import pytest

from app.main import remember


@pytest.fixture
async def remembered():
    return await remember("a")


async def test_remembered(async_client, remembered):
    assert remembered in (await async_client.get("/remembered")).json()
