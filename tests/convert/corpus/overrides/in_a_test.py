from app.main import app, get_current_user


def test_page(client):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    response = client.get("/page")
    assert response.json() == {"user": "somebody"}
    app.dependency_overrides.clear()
