import pytest


@pytest.fixture
async def item(async_client):
    return (await async_client.post("/items", json={"name": "a"})).json()


async def test_item(async_client, item):
    assert (await async_client.get(f"/items/{item['id']}")).json() == item
