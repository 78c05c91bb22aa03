from .helpers import ADMIN, login


def test_me(client):
    token = login(client, *ADMIN)
    assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
# --- test_other.py
from .helpers import ADMIN, login


def test_left(client):
    call = lambda path: client.get(path)
    assert call("/health").status_code == 200
    assert login(client, *ADMIN)
# --- helpers.py
"""What the tests share."""

ADMIN = ("admin@test.com", "admin")


def login(client, email, password):
    # The token is all that a test needs.
    response = client.post("/auth/login", json={"email": email, "password": password})
    return response.json()["access_token"]


def logout(client):
    client.headers.clear()
