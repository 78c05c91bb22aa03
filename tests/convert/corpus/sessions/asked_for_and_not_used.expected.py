async def test_session(async_client, db_session):
    assert (await async_client.get("/health")).status_code == 200
