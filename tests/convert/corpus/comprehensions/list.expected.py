async def test_list(async_client):
    statuses = [(await async_client.get(path, follow_redirects=True)).status_code for path in ("/health", "/nope")]
    assert statuses == [200, 404]
