def test_page(client):
    assert client.get("/page").json() == {"user": "somebody"}
# --- conftest.py
import pytest
from fastapi.testclient import TestClient

from app.main import app, get_current_user


@pytest.fixture
def client():
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    try:
        yield TestClient(app)
    finally:
        app.dependency_overrides.clear()
