def test_over_several_lines(client):
    token = client.post(
        "/auth/login",
        json={"email": "admin@test.com", "password": "admin"},
    ).json()["access_token"]

    response = client.get(
        "/me",
        headers={
            "Authorization": f"Bearer {token}",  # who asks
        },
    )

    assert response.json()["email"] == "admin@test.com"
