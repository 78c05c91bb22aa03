def create(client, name):
    return client.post("/items", json={"name": name}).json()


async def create_async(client, name):
    return (await client.post("/items", json={"name": name})).json()


def test_left(client):
    call = lambda: create(client, "a")
    assert call()["name"] == "a"


def test_converted(client):
    assert create(client, "b")["name"] == "b"
