def test_nested(client):
    def get(path):
        return client.get(path)

    def status(path):
        return get(path).status_code

    assert status("/health") == 200
