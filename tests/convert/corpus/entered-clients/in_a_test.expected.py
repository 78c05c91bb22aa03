async def test_health(async_client):
    # The lifespan runs.
    response = await async_client.get("/health")
    assert response.status_code == 200
    # And ends.
