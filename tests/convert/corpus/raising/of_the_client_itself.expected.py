import httpx2
import pytest


async def test_raise_for_status(async_client):
    with pytest.raises(httpx2.HTTPStatusError):
        (await async_client.get("/nope")).raise_for_status()
