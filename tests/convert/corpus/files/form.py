def test_form(client):
    response = client.post("/form", data={"name": "a"})
    assert response.status_code == 200
    assert response.json() == "a"
