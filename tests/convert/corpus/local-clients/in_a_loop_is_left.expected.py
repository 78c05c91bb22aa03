from fastapi.testclient import TestClient

from app.main import app


# TODO: not converted (clients), see docs/testing/converting.md#clients
def test_loop():
    for client in (TestClient(app), TestClient(app)):
        assert client.get("/health").status_code == 200
