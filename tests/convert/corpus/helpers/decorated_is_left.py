from functools import lru_cache


@lru_cache
def login(client):
    return client.post("/auth/login", json={"email": "admin@test.com", "password": "admin"}).json()


def test_login(client):
    assert login(client)["access_token"]
