from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
HEALTH = client.get("/health").json()


def test_health():
    assert client.get("/health").json() == HEALTH
