import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def token():
    with TestClient(app) as client:
        response = client.post("/auth/login", json={"email": "admin@test.com", "password": "admin"})
        return response.json()["access_token"]


def test_token(token):
    assert token
