from app.main import remember


async def remember_now(what):
    return await remember(what)


async def test_remembered(async_client):
    await remember_now("b")
    assert "b" in (await async_client.get("/remembered")).json()
