import pytest


class TestItems:
    @pytest.fixture(autouse=True)
    async def _client(self, async_client):
        self.client = async_client

    async def test_list(self):
        assert (await self.client.get("/items")).status_code == 200
