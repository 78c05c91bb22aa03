from contextlib import asynccontextmanager


@asynccontextmanager
async def an_item(client):
    """An item for as long as the block runs."""
    item = (await client.post("/items", json={"name": "kept"})).json()
    yield item
    await client.delete(f"/items/{item['id']}", follow_redirects=True)


async def test_item(async_client):
    async with an_item(async_client) as item:
        assert (await async_client.get(f"/items/{item['id']}")).status_code == 200
    assert (await async_client.get(f"/items/{item['id']}")).status_code == 404
