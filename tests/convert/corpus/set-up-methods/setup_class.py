from fastapi.testclient import TestClient

from app.main import app


class TestItems:
    @classmethod
    def setup_class(cls):
        cls.client = TestClient(app)

    def test_list(self):
        assert self.client.get("/items").status_code == 200
