import pytest


@pytest.fixture
def path():
    return "/health"


def test_keywords(path, *, client):
    assert client.get(url=path).status_code == 200
