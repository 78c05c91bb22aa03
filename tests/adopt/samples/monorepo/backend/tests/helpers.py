"""Helpers of the whole suite."""

PASSWORD = "a password"


def register(client, email):
    response = client.post("/auth/register", json={"email": email, "password": PASSWORD})
    assert response.status_code == 201, response.text
    return response.json()


def login(client, email):
    """Return the header of somebody who has registered."""
    response = client.post("/auth/login", data={"username": email, "password": PASSWORD})
    assert response.status_code == 200, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


def signed_in(client, email):
    register(client, email)
    return login(client, email)
