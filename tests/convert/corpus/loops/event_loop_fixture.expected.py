from app.main import remember


async def test_remember():
    assert await remember("a") == "a"
