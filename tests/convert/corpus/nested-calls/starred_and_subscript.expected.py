async def test_starred(async_client):
    first, *rest = [*(await async_client.get("/echo", params={"x": "abc"})).json().values()]
    assert (first, rest) == ("abc", [])
    assert dict(**(await async_client.get("/health")).json()) == {"status": "healthy"}
    assert (await async_client.get("/echo?x=hello")).json()["x"][1:3] == "el"
