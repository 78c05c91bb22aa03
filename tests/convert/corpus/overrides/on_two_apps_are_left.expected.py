from app.main import app, get_current_user
from app.other import app as other


# TODO: not converted (app), see docs/testing/converting.md#app
def test_page(client):
    app.dependency_overrides[get_current_user] = lambda: "somebody"
    assert client.get("/page").json() == {"user": "somebody"}
    del app.dependency_overrides[get_current_user]


def test_other():
    other.dependency_overrides["nothing"] = 1
    del other.dependency_overrides["nothing"]
