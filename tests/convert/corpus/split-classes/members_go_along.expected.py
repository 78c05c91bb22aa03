import pytest


class TestBoth:
    path = "/health"

    # TODO: not converted (arguments), see docs/testing/converting.md#arguments
    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call(self.path).status_code == 200


class TestBothAsync:
    @pytest.fixture
    async def item(self, async_client):
        return (await async_client.post("/items", json={"name": "a"})).json()

    async def test_converted(self, async_client, item):
        assert (await async_client.get(f"/items/{item['id']}")).json() == item
