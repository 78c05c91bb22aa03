from app.main import remember


async def test_remember(async_client):
    assert await remember("a") == "a"
    assert (await async_client.get("/health")).status_code == 200
