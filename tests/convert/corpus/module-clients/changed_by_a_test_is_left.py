from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def test_first():
    client.headers["Authorization"] = "somebody"
    assert client.get("/header").json() == "somebody"


def test_second():
    assert client.get("/header").json() == "somebody"
