async def test_backslashes(async_client):
    response = \
        await async_client.get("/health")
    assert response.status_code == 200 and \
        (await async_client.get("/nope")).status_code == 404
