import asyncio


async def test_inner():
    async def main():
        await asyncio.sleep(0)
        return 1

    assert await main() == 1
