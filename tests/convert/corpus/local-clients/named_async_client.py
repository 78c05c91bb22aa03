from fastapi.testclient import TestClient

from app.main import app


def test_health():
    async_client = TestClient(app)
    assert async_client.get("/health").status_code == 200
