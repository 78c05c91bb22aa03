async def test_language(german):
    assert (await german.get("/language")).json() == "de"
# --- conftest.py
import pytest


@pytest.fixture
async def german(async_client):
    async_client.headers["Accept-Language"] = "de"
    yield async_client
