import contextlib


@contextlib.asynccontextmanager
async def signed_in(client, email, password):
    token = (await client.post("/auth/login", json={"email": email, "password": password})).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    try:
        yield client
    finally:
        del client.headers["Authorization"]


async def test_me(async_client):
    async with signed_in(async_client, "admin@test.com", "admin"):
        assert (await async_client.get("/me")).status_code == 200
    assert (await async_client.get("/me")).status_code == 401
