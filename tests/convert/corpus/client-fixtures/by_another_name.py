from fastapi.testclient import TestClient


def test_page(client: TestClient):
    assert client.get("/page").json() == {"user": "somebody"}
# --- conftest.py
import pytest
from fastapi.testclient import TestClient

from app.main import app, get_current_user


@pytest.fixture(name="client")
def client_fixture():
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    client = TestClient(app)
    yield client
    app.dependency_overrides.clear()
