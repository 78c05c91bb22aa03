async def test_first_iterable(async_client):
    keys = sorted(key.upper() for key in (await async_client.get("/health")).json())
    assert keys == ["STATUS"]
