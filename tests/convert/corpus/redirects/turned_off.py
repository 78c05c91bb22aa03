from fastapi.testclient import TestClient

from app.main import app


def test_off():
    client = TestClient(app, follow_redirects=False)
    response = client.get("/old")
    assert response.headers["location"] == "/health"
