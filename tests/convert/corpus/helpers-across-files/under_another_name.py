from .helpers import create as make


def test_create(client):
    assert make(client, "a")["name"] == "a"
# --- helpers.py
def create(client, name):
    return client.post("/items", json={"name": name}).json()
