import asyncio


def test_inner():
    async def main():
        await asyncio.sleep(0)
        return 1

    assert asyncio.run(main()) == 1
