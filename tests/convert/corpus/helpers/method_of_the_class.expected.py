class TestItems:
    async def _create(self, client, name):
        response = await client.post("/items", json={"name": name})
        assert response.status_code == 201
        return response.json()["id"]

    async def test_create(self, async_client):
        number = await self._create(async_client, "a")
        assert (await async_client.get(f"/items/{number}")).json()["name"] == "a"
