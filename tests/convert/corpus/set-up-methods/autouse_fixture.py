import pytest


class TestItems:
    @pytest.fixture(autouse=True)
    def _client(self, client):
        self.client = client

    def test_list(self):
        assert self.client.get("/items").status_code == 200
