from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
HEALTH = client.get("/health").json()


async def test_health(async_client):
    assert (await async_client.get("/health")).json() == HEALTH
