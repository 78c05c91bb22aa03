from .helpers import login


def test_me(client):
    token = login(client, "admin@test.com", "admin")
    assert client.get("/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
# --- helpers.py
"""What the tests share."""


def login(client, email, password):
    response = client.post("/auth/login", json={"email": email, "password": password})
    return response.json()["access_token"]
