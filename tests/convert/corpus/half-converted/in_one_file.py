async def test_done(async_client):
    assert (await async_client.get("/health")).status_code == 200


def test_to_do(client):
    assert client.get("/health").status_code == 200
