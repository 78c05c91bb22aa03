def test_every_verb(client):
    assert client.get("/items").status_code == 200
    assert client.post("/items", json={"name": "a"}).status_code == 201
    assert client.put("/items/1", json={"name": "b"}).status_code == 200
    assert client.patch("/items/1", json={"name": "c"}).status_code == 200
    assert client.delete("/items/1").status_code == 204
    assert client.options("/items").status_code == 405
    assert client.head("/items").status_code == 405
    assert client.request("GET", "/items").status_code == 200
