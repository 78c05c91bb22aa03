def create(client, name):
    return client.post("/items", json={"name": name}).json()


async def create_async(client, name):
    return name


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_left(client):
    call = lambda: create(client, "a")
    assert call()["name"] == "a"


# TODO: not converted (helpers), see docs/testing/converting.md#helpers
def test_would_go(client):
    assert create(client, "b")["name"] == "b"
