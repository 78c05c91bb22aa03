async def test_over_several_lines(async_client):
    token = (await async_client.post(
        "/auth/login",
        json={"email": "admin@test.com", "password": "admin"},
    )).json()["access_token"]

    response = await async_client.get(
        "/me",
        headers={
            "Authorization": f"Bearer {token}",  # who asks
        },
    )

    assert response.json()["email"] == "admin@test.com"
