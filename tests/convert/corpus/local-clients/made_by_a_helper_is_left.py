from fastapi.testclient import TestClient

from app.main import app


def make_client():
    return TestClient(app)


def test_health():
    client = make_client()
    assert client.get("/health").status_code == 200
