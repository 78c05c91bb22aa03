async def test_boom(async_client):
    assert (await async_client.get("/boom")).status_code == 500
# --- conftest.py
