async def test_one(async_client): assert (await async_client.get("/health")).status_code == 200
