def create(client, name):
    return client.post("/items", json={"name": name}).json()


async def create_async(client, name):
    return name


def test_left(client):
    call = lambda: create(client, "a")
    assert call()["name"] == "a"


def test_would_go(client):
    assert create(client, "b")["name"] == "b"
