import pytest

from app.main import get_current_user


@pytest.fixture(autouse=True)
def somebody(app):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    yield


async def test_page(async_client):
    assert (await async_client.get("/page")).json() == {"user": "somebody"}
