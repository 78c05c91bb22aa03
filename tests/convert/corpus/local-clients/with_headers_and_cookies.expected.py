async def test_header(async_client):
    async_client.headers.update({"Authorization": "somebody"})
    async_client.cookies.update({"name": "value"})
    assert (await async_client.get("/header")).json() == "somebody"
    assert (await async_client.get("/cookies")).json() == {"name": "value"}
