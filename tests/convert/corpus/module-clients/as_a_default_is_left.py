from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def status(path, client=client):
    return client.get(path).status_code


def test_health():
    assert status("/health") == 200
    assert client.get("/health").status_code == 200
