from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def status(path, client=client):
    return client.get(path).status_code


# TODO: not converted (made-elsewhere), see docs/testing/converting.md#made-elsewhere
def test_health():
    assert status("/health") == 200
    assert client.get("/health").status_code == 200
