import asyncio

from app.main import remember


def remember_now(what):
    return asyncio.run(remember(what))


def test_remembered(client):
    remember_now("b")
    assert "b" in client.get("/remembered").json()
