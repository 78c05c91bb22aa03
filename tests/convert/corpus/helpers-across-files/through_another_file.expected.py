from .shared import create


async def test_create(async_client):
    assert (await create(async_client, "a"))["name"] == "a"
# --- shared.py
from .helpers import create

__all__ = ["create"]
# --- helpers.py
async def create(client, name):
    return (await client.post("/items", json={"name": name})).json()
