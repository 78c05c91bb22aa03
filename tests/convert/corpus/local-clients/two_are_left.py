from fastapi.testclient import TestClient

from app.main import app


def test_two():
    first = TestClient(app)
    second = TestClient(app)
    assert first.get("/set-cookie").status_code == 200
    assert second.get("/cookies").json() == {}
