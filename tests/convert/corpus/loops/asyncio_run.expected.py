import asyncio


async def double(number):
    await asyncio.sleep(0)
    return number * 2


async def test_double():
    assert await double(2) == 4
