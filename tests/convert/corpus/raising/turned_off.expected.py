async def test_boom(async_client):
    response = await async_client.get("/boom")
    assert response.status_code == 500
