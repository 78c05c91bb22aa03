import pytest
from httpx import ASGITransport, AsyncClient

from app.main import app


@pytest.fixture
async def ac():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        yield client


async def test_health(ac):
    assert (await ac.get("/health")).status_code == 200
