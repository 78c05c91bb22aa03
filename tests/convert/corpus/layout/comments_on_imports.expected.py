# For the client.
# a sync one
# For the app.
async def test_health(async_client):
    # made here
    # And used here.
    assert (await async_client.get("/health")).status_code == 200
