# Used by more than one test.
def create(client, name):
    response = client.post("/items", json={"name": name})
    assert response.status_code == 201
    return response.json()


async def create_async(client, name):
    response = await client.post("/items", json={"name": name})
    assert response.status_code == 201
    return response.json()


async def test_converted(async_client):
    assert (await create_async(async_client, "a"))["name"] == "a"


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_left(client):
    call = lambda: client.get("/health")
    assert call().status_code == 200
    assert create(client, "b")["name"] == "b"
