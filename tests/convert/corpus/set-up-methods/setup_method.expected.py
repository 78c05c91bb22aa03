import pytest


class TestItems:
    @pytest.fixture(autouse=True)
    async def set_up(self, async_client):
        self.client = async_client

    async def test_list(self):
        assert (await self.client.get("/items")).status_code == 200

    async def test_create(self):
        response = await self.client.post("/items", json={"name": "a"})
        assert response.status_code == 201
