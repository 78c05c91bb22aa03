from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
client.headers["Authorization"] = "everybody"


# TODO: not converted (shared-clients), see docs/testing/converting.md#shared-clients
def test_header():
    assert client.get("/header").json() == "everybody"
