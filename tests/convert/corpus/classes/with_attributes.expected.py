class TestItems:
    path = "/items"

    async def test_list(self, async_client):
        assert (await async_client.get(self.path)).status_code == 200
