def test_does_not_raise(client):
    client.get("/health")
