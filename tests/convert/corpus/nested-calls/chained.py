def test_chained(client):
    assert client.get("/health").json()["status"].upper() == "HEALTHY"
