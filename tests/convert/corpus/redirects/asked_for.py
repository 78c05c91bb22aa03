def test_redirect(client):
    response = client.get("/old", follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"] == "/health"
    assert client.get("/old", follow_redirects=True).status_code == 200
