def test_health():
    from fastapi.testclient import TestClient

    from app.main import app

    client = TestClient(app)
    assert client.get("/health").status_code == 200


def test_page():
    from fastapi.testclient import TestClient

    from app.main import app, get_current_user

    app.dependency_overrides[get_current_user] = lambda: "somebody"
    with TestClient(app) as client:
        assert client.get("/page").json() == {"user": "somebody"}
    del app.dependency_overrides[get_current_user]
