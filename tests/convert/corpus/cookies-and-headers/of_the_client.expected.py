async def test_cookie(async_client):
    assert (await async_client.get("/set-cookie")).status_code == 200
    assert async_client.cookies["session"] == "abc"
    assert (await async_client.get("/cookies")).json() == {"session": "abc"}
    async_client.cookies.clear()
    assert (await async_client.get("/cookies")).json() == {}
