import pytest


def boom(client):
    return client.get("/boom")


def test_boom(client):
    with pytest.raises(ValueError):
        boom(client)
