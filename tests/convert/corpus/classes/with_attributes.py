class TestItems:
    path = "/items"

    def test_list(self, client):
        assert client.get(self.path).status_code == 200
