from httpx2 import AsyncClient


async def test_page(client: AsyncClient):
    assert (await client.get("/page")).json() == {"user": "somebody"}
# --- conftest.py
import pytest

from app.main import get_current_user


@pytest.fixture(name="client")
async def client_fixture(async_client, app):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    yield async_client
