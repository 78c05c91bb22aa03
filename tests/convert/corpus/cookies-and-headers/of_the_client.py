def test_cookie(client):
    assert client.get("/set-cookie").status_code == 200
    assert client.cookies["session"] == "abc"
    assert client.get("/cookies").json() == {"session": "abc"}
    client.cookies.clear()
    assert client.get("/cookies").json() == {}
