async def test_nested(async_client):
    async def status(path):
        return (await async_client.get(path, follow_redirects=True)).status_code

    assert await status("/health") == 200
    assert [await status(path) for path in ("/health", "/nope")] == [200, 404]
