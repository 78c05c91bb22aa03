def test_given(client):
    client.cookies.set("name", "value")
    client.headers = {"Authorization": "somebody"}
    assert client.get("/cookies").json() == {"name": "value"}
    assert client.get("/header").json() == "somebody"
