import pytest


def test_around_no_request(client):
    response = client.get("/health")
    with pytest.raises(KeyError):
        response.json()["nothing"]
    assert response.status_code == 200
