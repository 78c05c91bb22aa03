from fastapi.testclient import TestClient

from app.main import app

client = None


def setup_module():
    global client
    client = TestClient(app)


def test_health():
    assert client.get("/health").status_code == 200
