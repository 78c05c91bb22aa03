import pytest


async def test_around_no_request(async_client):
    response = await async_client.get("/health")
    with pytest.raises(KeyError):
        response.json()["nothing"]
    assert response.status_code == 200
