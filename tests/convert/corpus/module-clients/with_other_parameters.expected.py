import pytest

PATHS = ["/health", "/items"]


@pytest.mark.parametrize("path", PATHS)
async def test_up(async_client, path):
    assert (await async_client.get(path)).status_code == 200


class TestItems:
    async def test_create(self, async_client, tmp_path):
        assert (await async_client.post("/items", json={"name": tmp_path.name})).status_code == 201
