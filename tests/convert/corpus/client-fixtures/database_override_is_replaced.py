def test_health(client):
    assert client.get("/page").status_code == 401
# --- conftest.py
import pytest
from fastapi.testclient import TestClient

from app.main import app, get_db


@pytest.fixture
def db():
    return "a session"


@pytest.fixture
def client(db):
    def override_get_db():
        yield db

    app.dependency_overrides[get_db] = override_get_db
    with TestClient(app) as c:
        yield c
    app.dependency_overrides.clear()
