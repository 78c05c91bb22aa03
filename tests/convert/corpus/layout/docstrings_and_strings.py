def test_strings(client):
    """client.get("/health") is in words here."""
    text = "client.get('/health')"
    assert client.get("/echo", params={"x": text}).json() == {"x": text}
