from fastapi.testclient import TestClient

from app.main import app


def test_health():
    # The lifespan runs.
    with TestClient(app) as client:
        response = client.get("/health")
        assert response.status_code == 200
        # And ends.
