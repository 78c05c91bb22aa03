from fastapi.testclient import TestClient

from app.main import app, get_current_user


def test_page():
    client = TestClient(app)
    client.app.dependency_overrides[get_current_user] = lambda: "somebody"
    assert client.get("/page").json() == {"user": "somebody"}
    client.app.dependency_overrides.pop(get_current_user)
