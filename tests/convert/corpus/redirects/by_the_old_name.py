def test_redirect(client):
    response = client.get("/health", allow_redirects=False)
    assert response.status_code == 200
