from fastapi.testclient import TestClient

from app.main import app


def test_root_path():
    client = TestClient(app, root_path="/v1", base_url="https://example.com")
    assert client.get("/health").status_code == 200
