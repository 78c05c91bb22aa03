import pytest


class TestItems:
    @pytest.fixture
    def item(self, client):
        return client.post("/items", json={"name": "a"}).json()

    def test_read(self, client, item):
        assert client.get(f"/items/{item['id']}").json() == item
