async def test_health(async_client):
    async def ask():
        response = await async_client.get("/health")
        assert response.status_code == 200

    await ask()
