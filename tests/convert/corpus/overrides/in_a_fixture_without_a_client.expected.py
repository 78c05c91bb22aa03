import pytest

from app.main import get_current_user


@pytest.fixture
def somebody(app):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    yield


async def test_page(async_client, somebody):
    assert (await async_client.get("/page")).json() == {"user": "somebody"}
