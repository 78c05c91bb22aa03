async def test_signed_in(async_client):
    response = await async_client.post("/auth/login", json={"email": "admin@test.com", "password": "admin"})
    async_client.headers.update({"Authorization": "Bearer " + response.json()["access_token"]})
    assert (await async_client.get("/me")).json() == {"email": "admin@test.com"}
