# TODO: not converted (urls), see docs/testing/converting.md#urls
def test_caller(client):
    assert client.get("/caller").json() == "testclient"
