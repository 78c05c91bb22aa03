import pytest


@pytest.fixture
def path():
    return "/health"


async def test_keywords(path, *, async_client):
    assert (await async_client.get(url=path)).status_code == 200
