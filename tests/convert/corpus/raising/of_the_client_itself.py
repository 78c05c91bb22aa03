import httpx2
import pytest


def test_raise_for_status(client):
    with pytest.raises(httpx2.HTTPStatusError):
        client.get("/nope").raise_for_status()
