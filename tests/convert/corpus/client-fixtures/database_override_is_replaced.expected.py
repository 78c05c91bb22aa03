async def test_health(async_client):
    assert (await async_client.get("/page")).status_code == 401
# --- conftest.py
import pytest


@pytest.fixture
def db():
    return "a session"
