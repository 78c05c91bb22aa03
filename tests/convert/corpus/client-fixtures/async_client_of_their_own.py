async def test_health(async_client):
    response = await async_client.get("/health")
    assert response.status_code == 200
# --- conftest.py
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from app.main import app


@pytest_asyncio.fixture
async def async_client():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        yield client
