class TestBoth:
    path = "/health"

    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call(self.path).status_code == 200

    def test_would_go(self, client):
        assert client.get(self.path).status_code == 200
