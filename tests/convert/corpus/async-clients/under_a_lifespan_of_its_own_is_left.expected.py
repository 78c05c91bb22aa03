from contextlib import asynccontextmanager

from httpx import ASGITransport, AsyncClient

from app.main import app


# TODO: not converted (app), see docs/testing/converting.md#app
async def test_health():
    async with app.router.lifespan_context(app):
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as ac:
            assert (await ac.get("/health")).status_code == 200
