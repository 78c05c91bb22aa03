import pytest

from app import main


@pytest.fixture
def somebody(client):
    main.app.dependency_overrides[main.get_current_user] = lambda: "somebody"
    yield client
    main.app.dependency_overrides.clear()


def test_page(somebody):
    assert somebody.get("/page").json() == {"user": "somebody"}
