from fastapi.testclient import TestClient

from app.main import app


def test_two():
    with TestClient(app) as first, TestClient(app) as second:
        first.headers["Authorization"] = "first"
        assert second.get("/header").json() is None
