async def create(async_client, name):
    response = await async_client.post("/items", json={"name": name})
    return response.json()


async def test_create(async_client):
    assert (await create(async_client, "a"))["name"] == "a"


async def test_two(async_client):
    numbers = {(await create(async_client, name))["id"] for name in ("a", "b")}
    assert len(numbers) == 2
