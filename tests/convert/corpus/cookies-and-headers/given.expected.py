async def test_given(async_client):
    async_client.cookies.set("name", "value")
    async_client.headers = {"Authorization": "somebody"}
    assert (await async_client.get("/cookies")).json() == {"name": "value"}
    assert (await async_client.get("/header")).json() == "somebody"
