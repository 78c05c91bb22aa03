async def test_chained(async_client):
    assert (await async_client.get("/health")).json()["status"].upper() == "HEALTHY"
