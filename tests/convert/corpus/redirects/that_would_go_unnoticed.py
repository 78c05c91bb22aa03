def test_unnoticed(client):
    client.get("/old")
    response = client.get("/old")
    assert "healthy" in response.text
    assert client.get("/old").url.path == "/health"
    assert client.get("/old").status_code < 400
