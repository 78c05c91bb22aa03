import contextlib


@contextlib.contextmanager
def signed_in(client, email, password):
    token = client.post("/auth/login", json={"email": email, "password": password}).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    try:
        yield client
    finally:
        del client.headers["Authorization"]


def test_me(client):
    with signed_in(client, "admin@test.com", "admin"):
        assert client.get("/me").status_code == 200
    assert client.get("/me").status_code == 401
