from fastapi.testclient import TestClient

from app.main import app


# TODO: not converted (constructor), see docs/testing/converting.md#constructor
def test_root_path():
    client = TestClient(app, root_path="/v1", base_url="https://example.com")
    assert client.get("/health").status_code == 200
