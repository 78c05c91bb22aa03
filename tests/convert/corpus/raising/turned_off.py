from fastapi.testclient import TestClient

from app.main import app


def test_boom():
    client = TestClient(app, raise_server_exceptions=False)
    response = client.get("/boom")
    assert response.status_code == 500
