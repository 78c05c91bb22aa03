from fastapi.testclient import TestClient

from app.main import app


def test_health():
    with TestClient(app) as c:  # entered
        response = c.get("/health")
        body = response.json()

    assert body == {"status": "healthy"}
