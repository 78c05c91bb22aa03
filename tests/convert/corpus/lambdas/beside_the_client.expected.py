async def test_sorted(async_client):
    items = sorted((await async_client.get("/items")).json(), key=lambda item: item["name"])
    assert items == sorted(items, key=lambda item: item["name"])
