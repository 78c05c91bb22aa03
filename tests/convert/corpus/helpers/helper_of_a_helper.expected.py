async def post(client, path, **options):
    response = await client.post(path, **options)
    assert response.status_code in (200, 201)
    return response.json()


async def create(client, *, name="a"):
    return await post(client, "/items", json={"name": name})


async def test_create(async_client):
    assert (await create(async_client))["name"] == "a"
    assert (await create(client=async_client, name="b"))["name"] == "b"
