import pytest


@pytest.fixture
def client(client):
    client.get("/version")
    return client


@pytest.fixture(autouse=True)
def warm(client):
    return client.get("/health")
