from fastapi.testclient import TestClient

from app.main import app


# TODO: not converted (clients), see docs/testing/converting.md#clients
def test_two():
    first = TestClient(app)
    second = TestClient(app)
    assert first.get("/set-cookie").status_code == 200
    assert second.get("/cookies").json() == {}
