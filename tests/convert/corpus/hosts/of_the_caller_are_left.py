def test_caller(client):
    assert client.get("/caller").json() == "testclient"
