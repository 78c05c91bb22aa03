async def test_filter(async_client):
    up = {path for path in ("/health", "/nope") if (await async_client.get(path)).status_code == 200}
    bodies = {path: (await async_client.get(path)).json() for path in ("/health",)}
    assert up == {"/health"}
    assert bodies == {"/health": {"status": "healthy"}}
