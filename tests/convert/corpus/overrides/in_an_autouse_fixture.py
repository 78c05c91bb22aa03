import pytest

from app.main import app, get_current_user


@pytest.fixture(autouse=True)
def somebody():
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    yield
    app.dependency_overrides = {}


def test_page(client):
    assert client.get("/page").json() == {"user": "somebody"}
