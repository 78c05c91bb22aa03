def test_arranged(client):
    client.post("/items", json={"name": "arranged"})
    names = [item["name"] for item in client.get("/items").json()]
    assert "arranged" in names
