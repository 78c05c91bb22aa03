class TestBoth:
    path = "/health"

    # TODO: not converted (arguments), see docs/testing/converting.md#arguments
    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call(self.path).status_code == 200

    # TODO: not converted (split), see docs/testing/converting.md#split
    def test_would_go(self, client):
        assert client.get(self.path).status_code == 200
