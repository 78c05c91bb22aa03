import pytest
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


@pytest.fixture
def item():
    return client.post("/items", json={"name": "a"}).json()


def test_item(item):
    assert client.get(f"/items/{item['id']}").json() == item
