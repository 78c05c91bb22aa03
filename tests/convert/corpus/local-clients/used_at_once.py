from fastapi.testclient import TestClient

from app.main import app


def test_health():
    response = TestClient(app).get("/health")
    assert response.status_code == 200


def test_two_are_left():
    assert TestClient(app).get("/set-cookie").status_code == 200
    assert TestClient(app).get("/cookies").json() == {}
