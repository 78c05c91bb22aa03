from fastapi.testclient import TestClient

from app.main import app


def test_health():
    client = TestClient(
        app,  # the one app
    )
    assert client.get("/health").status_code == 200
