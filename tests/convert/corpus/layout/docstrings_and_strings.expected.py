async def test_strings(async_client):
    """client.get("/health") is in words here."""
    text = "client.get('/health')"
    assert (await async_client.get("/echo", params={"x": text})).json() == {"x": text}
