async def test_all(async_client):
    assert all([(await async_client.get(path)).status_code == 200 for path in ("/health", "/items")])
    assert not any([(await async_client.get(path)).status_code == 500 for path in ("/health", "/nope")])
