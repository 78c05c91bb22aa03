def test_sorted(client):
    items = sorted(client.get("/items").json(), key=lambda item: item["name"])
    assert items == sorted(items, key=lambda item: item["name"])
