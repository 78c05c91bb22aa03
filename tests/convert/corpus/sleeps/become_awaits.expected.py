import asyncio


async def test_later(async_client):
    assert (await async_client.get("/health")).status_code == 200
    await asyncio.sleep(0.001)
    assert (await async_client.get("/health")).status_code == 200
