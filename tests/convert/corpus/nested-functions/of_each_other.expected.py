async def test_nested(async_client):
    async def get(path):
        return await async_client.get(path, follow_redirects=True)

    async def status(path):
        return (await get(path)).status_code

    assert await status("/health") == 200
