def test_health(test_client):
    assert test_client.get("/health").status_code == 200
# --- conftest.py
import pytest
from starlette.testclient import TestClient

from app.main import app


@pytest.fixture
def test_client():
    client = TestClient(app)
    return client
