async def test_off(async_client):
    response = await async_client.get("/old")
    assert response.headers["location"] == "/health"
