from fastapi.testclient import TestClient

from app.main import app

client = None


def setup_module():
    global client
    client = TestClient(app)


# TODO: not converted (made-elsewhere), see docs/testing/converting.md#made-elsewhere
def test_health():
    assert client.get("/health").status_code == 200
