def test_ternary(client):
    found = "yes" if client.get("/health").status_code == 200 else "no"
    assert found == "yes" and not client.get("/nope").status_code == 200
    assert client.get("/health").json() == {} or client.get("/health").json()["status"] == "healthy"
