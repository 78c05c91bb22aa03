import pytest


def test_boom(client):
    with pytest.raises(ValueError, match="boom"):
        client.get("/boom")
