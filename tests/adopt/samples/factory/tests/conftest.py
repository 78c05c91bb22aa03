import pytest
from fastapi.testclient import TestClient
from shop.app import create_app


@pytest.fixture
def client():
    with TestClient(create_app()) as client:
        yield client


@pytest.fixture
def key():
    return {"X-API-Key": "let me in"}


@pytest.fixture
def customer(client, key):
    client.post("/v1/customers", json={"name": "Ada"}, headers=key)
    return "Ada"
