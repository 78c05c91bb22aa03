from app.main import app, get_current_user


def sign_in(name):
    app.dependency_overrides[get_current_user] = lambda: name


# TODO: not converted (app), see docs/testing/converting.md#app
def test_page(client):
    sign_in("somebody")
    assert client.get("/page").json() == {"user": "somebody"}
    app.dependency_overrides.clear()
