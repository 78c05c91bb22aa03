# For the client.
from fastapi.testclient import TestClient  # a sync one
# For the app.
from app.main import app  # noqa: F401


def test_health():
    client = TestClient(app)  # made here
    # And used here.
    assert client.get("/health").status_code == 200
