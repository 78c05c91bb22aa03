def test_delete(client):
    response = client.delete("/bodies", json={"name": "a"})
    assert response.json() == {"name": "a"}
