def test_host(client):
    response = client.get("/health")
    assert str(response.url) == "http://testserver/health"
