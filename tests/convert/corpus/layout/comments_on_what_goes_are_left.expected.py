from fastapi.testclient import TestClient

from app.main import app


# TODO: not converted (comments), see docs/testing/converting.md#comments
def test_health():
    client = TestClient(
        app,  # the one app
    )
    assert client.get("/health").status_code == 200
