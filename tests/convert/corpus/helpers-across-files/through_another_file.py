from .shared import create


def test_create(client):
    assert create(client, "a")["name"] == "a"
# --- shared.py
from .helpers import create

__all__ = ["create"]
# --- helpers.py
def create(client, name):
    return client.post("/items", json={"name": name}).json()
