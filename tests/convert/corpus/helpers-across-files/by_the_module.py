from . import helpers


def test_create(client):
    assert helpers.create(client, "a")["name"] == "a"
# --- helpers.py
def create(client, name):
    return client.post("/items", json={"name": name}).json()
