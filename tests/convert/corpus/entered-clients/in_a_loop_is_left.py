from fastapi.testclient import TestClient

from app.main import app


def test_fresh_each_time():
    for name in ("a", "b"):
        with TestClient(app) as client:
            assert client.get("/cookies").json() == {}
            assert client.get("/set-cookie").status_code == 200
            assert client.post("/items", json={"name": name}).status_code == 201
