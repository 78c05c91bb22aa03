def test_signed_in(client):
    response = client.post("/auth/login", json={"email": "admin@test.com", "password": "admin"})
    client.headers.update({"Authorization": "Bearer " + response.json()["access_token"]})
    assert client.get("/me").json() == {"email": "admin@test.com"}
