import asyncio

from app.main import remember


def test_remembered(client):
    asyncio.run(remember("something"))
    assert "something" in client.get("/remembered").json()
