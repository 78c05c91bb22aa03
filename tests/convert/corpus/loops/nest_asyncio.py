import asyncio

import nest_asyncio

from app.main import remember

nest_asyncio.apply()


def test_remember(client):
    assert asyncio.run(remember("a")) == "a"
    assert client.get("/health").status_code == 200
