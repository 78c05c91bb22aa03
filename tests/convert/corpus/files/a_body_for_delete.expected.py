async def test_delete(async_client):
    response = await async_client.request("DELETE", "/bodies", json={"name": "a"})
    assert response.json() == {"name": "a"}
