from fastapi.testclient import TestClient

from app.main import app


class TestItems:
    @classmethod
    def setup_class(cls):
        cls.client = TestClient(app)
        cls.item = cls.client.post("/items", json={"name": "a"}).json()

    def test_read(self):
        assert self.client.get(f"/items/{self.item['id']}").json() == self.item
