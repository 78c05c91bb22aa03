from fastapi.testclient import TestClient

from app.main import app


class TestItems:
    def setup_method(self):
        self.client = TestClient(app)

    # TODO: not converted (fixtures), see docs/testing/converting.md#fixtures
    def test_list(self):
        assert self.client.get("/items").status_code == 200

    # TODO: not converted (arguments), see docs/testing/converting.md#arguments
    def test_left(self):
        call = lambda path: self.client.get(path)
        assert call("/items").status_code == 200
