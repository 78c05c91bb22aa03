from httpx2 import ASGITransport, AsyncClient

from app.main import app


async def test_items():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test/items") as ac:
        assert (await ac.get("/1")).status_code == 404
