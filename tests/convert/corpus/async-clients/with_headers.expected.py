async def test_header(async_client):
    async_client.headers.update({"Authorization": "me"})
    assert (await async_client.get("/header")).json() == "me"
