import pytest
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
PATHS = ["/health", "/items"]


@pytest.mark.parametrize("path", PATHS)
def test_up(path):
    assert client.get(path).status_code == 200


class TestItems:
    def test_create(self, tmp_path):
        assert client.post("/items", json={"name": tmp_path.name}).status_code == 201
