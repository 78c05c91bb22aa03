from app.main import app, get_current_user


def test_page(client):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    assert client.get("/page").json() == {"user": "somebody"}
    app.dependency_overrides.clear()
    assert client.get("/page").status_code == 401
