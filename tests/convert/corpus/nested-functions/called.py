def test_nested(client):
    def status(path):
        return client.get(path).status_code

    assert status("/health") == 200
    assert [status(path) for path in ("/health", "/nope")] == [200, 404]
