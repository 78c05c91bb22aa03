async def test_dictionary(async_client):
    statuses = {"health": (await async_client.get("/health", follow_redirects=True)).status_code, "nowhere": (await async_client.get("/nope", follow_redirects=True)).status_code}
    assert statuses == {"health": 200, "nowhere": 404}
