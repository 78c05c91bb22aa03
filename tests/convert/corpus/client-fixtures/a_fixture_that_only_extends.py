def test_language(german):
    assert german.get("/language").json() == "de"
# --- conftest.py
import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def german():
    with TestClient(app) as client:
        client.headers["Accept-Language"] = "de"
        yield client
