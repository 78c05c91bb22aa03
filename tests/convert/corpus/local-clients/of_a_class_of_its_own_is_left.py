from fastapi.testclient import TestClient

from app.main import app


class Client(TestClient):
    def health(self):
        return self.get("/health").json()


def test_health():
    client = Client(app)
    assert client.health() == {"status": "healthy"}
