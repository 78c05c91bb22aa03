def connect(*, client):
    return client


async def test_keyword(async_client):
    assert connect(client="somebody") == "somebody"
    assert (await async_client.get("/health")).status_code == 200
