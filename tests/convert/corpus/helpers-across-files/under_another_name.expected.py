from .helpers import create as make


async def test_create(async_client):
    assert (await make(async_client, "a"))["name"] == "a"
# --- helpers.py
async def create(client, name):
    return (await client.post("/items", json={"name": name})).json()
