def login(client, email, password):
    response = client.post("/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"]


def test_me(client):
    token = login(client, "admin@test.com", "admin")
    response = client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert response.json()["email"] == "admin@test.com"
