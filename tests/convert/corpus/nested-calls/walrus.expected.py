async def test_walrus(async_client):
    if (response := await async_client.get("/health")).status_code == 200:
        assert response.json()["status"] == "healthy"
    assert response.status_code == 200
