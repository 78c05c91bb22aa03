from contextlib import contextmanager


@contextmanager
def an_item(client):
    """An item for as long as the block runs."""
    item = client.post("/items", json={"name": "kept"}).json()
    yield item
    client.delete(f"/items/{item['id']}")


def test_item(client):
    with an_item(client) as item:
        assert client.get(f"/items/{item['id']}").status_code == 200
    assert client.get(f"/items/{item['id']}").status_code == 404
