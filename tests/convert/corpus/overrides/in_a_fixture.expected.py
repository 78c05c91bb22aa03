import pytest

from app import main


@pytest.fixture
async def somebody(async_client, app):
    app.dependency_overrides[main.get_current_user] = lambda: "somebody"
    yield async_client


async def test_page(somebody):
    assert (await somebody.get("/page")).json() == {"user": "somebody"}
