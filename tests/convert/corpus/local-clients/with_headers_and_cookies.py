from fastapi.testclient import TestClient

from app.main import app


def test_header():
    client = TestClient(app, headers={"Authorization": "somebody"}, cookies={"name": "value"})
    assert client.get("/header").json() == "somebody"
    assert client.get("/cookies").json() == {"name": "value"}
