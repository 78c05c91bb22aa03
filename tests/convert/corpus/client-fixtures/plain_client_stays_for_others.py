def test_health(client):
    assert client.get("/health").status_code == 200


def test_left(client):
    call = lambda path: client.get(path)
    assert call("/health").status_code == 200
# --- conftest.py
import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def client():
    return TestClient(app)
