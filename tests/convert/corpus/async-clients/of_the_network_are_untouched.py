from httpx2 import AsyncClient


async def test_nothing():
    async with AsyncClient() as client:
        assert client.base_url == ""
