import pytest


class TestItems:
    @pytest.fixture(autouse=True)
    async def set_up(self, async_client):
        self.client = async_client
        # One to look at.
        self.item = (await self.client.post("/items", json={"name": "a"})).json()

    async def test_read(self):
        assert (await self.client.get(f"/items/{self.item['id']}")).json() == self.item
