async def test_first(async_client):
    assert (await async_client.get("/health")).status_code == 200


async def test_second(async_client):
    assert (await async_client.get("/nowhere")).status_code == 404
