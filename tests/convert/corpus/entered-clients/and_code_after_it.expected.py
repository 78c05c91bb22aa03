async def test_health(async_client):
    # entered
    response = await async_client.get("/health")
    body = response.json()

    assert body == {"status": "healthy"}
