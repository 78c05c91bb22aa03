import pytest

from app.main import app, get_current_user


@pytest.fixture
def somebody():
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    yield
    app.dependency_overrides.clear()


def test_page(client, somebody):
    assert client.get("/page").json() == {"user": "somebody"}
