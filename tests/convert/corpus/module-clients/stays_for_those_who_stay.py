from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_converted():
    assert client.get("/health").status_code == 200


def test_left():
    call = lambda path: client.get(path)
    assert call("/health").status_code == 200
