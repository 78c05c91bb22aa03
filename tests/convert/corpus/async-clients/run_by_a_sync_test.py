import asyncio

from httpx import ASGITransport, AsyncClient

from app.main import app


def test_health():
    async def ask():
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as ac:
            response = await ac.get("/health")
            assert response.status_code == 200

    asyncio.run(ask())
