from contextlib import contextmanager, nullcontext


@contextmanager
def an_item(client):
    yield client.post("/items", json={"name": "kept"}).json()


# TODO: not converted (context-managers), see docs/testing/converting.md#context-managers
def test_item(client):
    with nullcontext(), an_item(client) as item:
        assert client.get(f"/items/{item['id']}").status_code == 200
