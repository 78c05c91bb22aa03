from contextlib import contextmanager, nullcontext


@contextmanager
def an_item(client):
    yield client.post("/items", json={"name": "kept"}).json()


def test_item(client):
    with nullcontext(), an_item(client) as item:
        assert client.get(f"/items/{item['id']}").status_code == 200
