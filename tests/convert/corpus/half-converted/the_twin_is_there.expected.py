def create(client, name):
    return client.post("/items", json={"name": name}).json()


async def create_async(client, name):
    return (await client.post("/items", json={"name": name})).json()


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_left(client):
    call = lambda: create(client, "a")
    assert call()["name"] == "a"


async def test_converted(async_client):
    assert (await create_async(async_client, "b"))["name"] == "b"
