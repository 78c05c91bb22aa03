import pytest


class TestItems:
    @pytest.fixture
    async def item(self, async_client):
        return (await async_client.post("/items", json={"name": "a"})).json()

    async def test_read(self, async_client, item):
        assert (await async_client.get(f"/items/{item['id']}")).json() == item
