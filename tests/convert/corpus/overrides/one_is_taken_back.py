from app.main import app, get_current_user


def test_page(client):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    assert client.get("/page").json() == {"user": "somebody"}
    del app.dependency_overrides[get_current_user]
    assert client.get("/page").status_code == 401
