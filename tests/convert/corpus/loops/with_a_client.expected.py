from app.main import remember


async def test_remembered(async_client):
    await remember("something")
    assert "something" in (await async_client.get("/remembered")).json()
