import pytest


def boom(client):
    return client.get("/boom")


# TODO: not converted (errors), see docs/testing/converting.md#errors
def test_boom(client):
    with pytest.raises(ValueError):
        boom(client)
