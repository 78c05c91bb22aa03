from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
client.headers["Authorization"] = "everybody"


def test_header():
    assert client.get("/header").json() == "everybody"
