from fastapi.testclient import TestClient

from app.main import app


class TestItems:
    def setup_method(self):
        self.client = TestClient(app)

    def test_list(self):
        assert self.client.get("/items").status_code == 200

    def test_left(self):
        call = lambda path: self.client.get(path)
        assert call("/items").status_code == 200
