async def test_health(async_client):
    assert (await async_client.get("/health")).status_code == 200
# --- shared.py
