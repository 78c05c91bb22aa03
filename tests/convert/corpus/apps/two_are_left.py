from fastapi.testclient import TestClient

from app.main import app
from app.other import app as other


def test_one():
    assert TestClient(app).get("/health").status_code == 200


def test_two():
    client = TestClient(other)
    assert client.get("/other").status_code == 200
