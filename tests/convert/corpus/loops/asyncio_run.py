import asyncio


async def double(number):
    await asyncio.sleep(0)
    return number * 2


def test_double():
    assert asyncio.run(double(2)) == 4
