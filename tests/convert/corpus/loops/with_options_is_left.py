import asyncio


async def one():
    return 1


def test_debug(client):
    assert asyncio.run(one(), debug=True) == 1
    assert client.get("/health").status_code == 200
