async def login(client, email, password):
    response = await client.post("/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"]


async def test_me(async_client):
    token = await login(async_client, "admin@test.com", "admin")
    response = await async_client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert response.json()["email"] == "admin@test.com"
