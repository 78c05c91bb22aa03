# TODO: not converted (urls), see docs/testing/converting.md#urls
def test_host(client):
    response = client.get("/health")
    assert str(response.url) == "http://testserver/health"
