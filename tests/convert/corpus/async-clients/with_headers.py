from httpx import ASGITransport, AsyncClient

from app.main import app


async def test_header():
    async with AsyncClient(
        transport=ASGITransport(app=app), base_url="http://test", headers={"Authorization": "me"}
    ) as ac:
        assert (await ac.get("/header")).json() == "me"
