from fastapi.testclient import TestClient

from app.main import app, get_db


def override_get_db():
    yield "another session"


app.dependency_overrides[get_db] = override_get_db

client = TestClient(app)


# TODO: not converted (overrides-at-import), see docs/testing/converting.md#overrides-at-import
def test_page():
    assert client.get("/page").status_code == 401
