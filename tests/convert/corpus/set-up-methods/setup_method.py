from fastapi.testclient import TestClient

from app.main import app


class TestItems:
    def setup_method(self):
        self.client = TestClient(app)

    def test_list(self):
        assert self.client.get("/items").status_code == 200

    def test_create(self):
        response = self.client.post("/items", json={"name": "a"})
        assert response.status_code == 201
