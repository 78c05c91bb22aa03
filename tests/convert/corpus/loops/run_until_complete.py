import asyncio

from app.main import remember


def test_loop():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        assert loop.run_until_complete(remember("one")) == "one"
    finally:
        loop.close()


def test_get_event_loop():
    assert asyncio.get_event_loop().run_until_complete(remember("two")) == "two"
