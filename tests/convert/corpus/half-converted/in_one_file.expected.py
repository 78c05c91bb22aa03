async def test_done(async_client):
    assert (await async_client.get("/health")).status_code == 200


async def test_to_do(async_client):
    assert (await async_client.get("/health")).status_code == 200
