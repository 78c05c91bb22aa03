import pytest


@pytest.fixture
async def token(async_client):
    response = await async_client.post("/auth/login", json={"email": "admin@test.com", "password": "admin"})
    return response.json()["access_token"]


def test_token(token):
    assert token
