def test_consumed(client):
    paths = ["/health", "/nope"]
    assert sum(client.get(path).json() == {"status": "healthy"} for path in paths) == 1
    assert sorted(client.get(path).status_code for path in paths) == [200, 404]
    assert list(client.get(path).status_code for path in paths) == [200, 404]
    assert set(client.get(path).status_code for path in paths) == {200, 404}
    assert ",".join(client.get(path).reason_phrase for path in paths) == "OK,Not Found"
