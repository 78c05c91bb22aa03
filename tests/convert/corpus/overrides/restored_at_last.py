from app.main import app, get_current_user


def test_page(client):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    try:
        assert client.get("/page").json() == {"user": "somebody"}
    finally:
        # Nothing is left.
        app.dependency_overrides = {}
