def test_list(client):
    statuses = [client.get(path).status_code for path in ("/health", "/nope")]
    assert statuses == [200, 404]
