# TODO: not converted (clients), see docs/testing/converting.md#clients
async def test_both(client, async_client):
    assert client.get("/health").status_code == 200
    assert (await async_client.get("/health")).status_code == 200
