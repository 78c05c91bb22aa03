async def test_health(async_client):
    response = await async_client.get("/health")
    assert response.status_code == 200


async def test_nowhere(async_client):
    assert (await async_client.get("/nope")).status_code == 404
