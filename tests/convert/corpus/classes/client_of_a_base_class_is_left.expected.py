from fastapi.testclient import TestClient

from app.main import app


class Base:
    def setup_method(self):
        self.client = TestClient(app)


class TestHealth(Base):
    # TODO: not converted (inheritance), see docs/testing/converting.md#inheritance
    def test_is_healthy(self):
        assert self.client.get("/health").status_code == 200
