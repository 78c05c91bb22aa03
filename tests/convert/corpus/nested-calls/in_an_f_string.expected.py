async def test_f_string(async_client):
    assert f"it is {(await async_client.get('/health')).json()['status']}" == "it is healthy"
