from .helpers import login


async def test_me(async_client):
    token = await login(async_client, "admin@test.com", "admin")
    assert (await async_client.get("/me", headers={"Authorization": f"Bearer {token}"})).status_code == 200
# --- helpers.py
"""What the tests share."""


async def login(client, email, password):
    response = await client.post("/auth/login", json={"email": email, "password": password})
    return response.json()["access_token"]
