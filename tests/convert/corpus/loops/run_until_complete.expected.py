from app.main import remember


async def test_loop():
    assert await remember("one") == "one"


async def test_get_event_loop():
    assert await remember("two") == "two"
