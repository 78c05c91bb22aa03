async def climb(client, number):
    if number == 0:
        return (await client.get("/health")).json()
    return await climb(client, number - 1)


async def test_climb(async_client):
    assert await climb(async_client, 3) == {"status": "healthy"}
