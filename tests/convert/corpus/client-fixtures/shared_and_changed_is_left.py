def test_me(client):
    client.headers["Authorization"] = "Bearer nonsense"
    assert client.get("/me").status_code == 401


def test_header(client):
    assert client.get("/header").json() == "Bearer nonsense"
# --- conftest.py
import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture(scope="module")
def client():
    with TestClient(app) as c:
        yield c
