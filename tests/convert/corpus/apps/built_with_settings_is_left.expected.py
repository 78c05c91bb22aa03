from fastapi.testclient import TestClient

from app.main import create_app


# TODO: not converted (app), see docs/testing/converting.md#app
def test_debug():
    client = TestClient(create_app(debug=True))
    assert client.get("/health").status_code == 200
