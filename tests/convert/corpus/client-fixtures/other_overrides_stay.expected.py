async def test_page(client):
    assert (await client.get("/page")).json() == {"user": "somebody"}
# --- conftest.py
import pytest

from app.main import get_current_user


@pytest.fixture
async def client(async_client, app):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    yield async_client
