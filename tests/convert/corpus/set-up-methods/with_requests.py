from fastapi.testclient import TestClient

from app.main import app


class TestItems:
    def setup_method(self, method):
        self.client = TestClient(app)
        # One to look at.
        self.item = self.client.post("/items", json={"name": "a"}).json()

    def teardown_method(self):
        self.client.close()

    def test_read(self):
        assert self.client.get(f"/items/{self.item['id']}").json() == self.item
