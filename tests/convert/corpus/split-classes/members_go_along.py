import pytest


class TestBoth:
    path = "/health"

    @pytest.fixture
    def item(self, client):
        return client.post("/items", json={"name": "a"}).json()

    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call(self.path).status_code == 200

    def test_converted(self, client, item):
        assert client.get(f"/items/{item['id']}").json() == item
