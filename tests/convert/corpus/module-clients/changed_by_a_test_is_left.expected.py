from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


# TODO: not converted (shared-clients), see docs/testing/converting.md#shared-clients
def test_first():
    client.headers["Authorization"] = "somebody"
    assert client.get("/header").json() == "somebody"


# TODO: not converted (shared-clients), see docs/testing/converting.md#shared-clients
def test_second():
    assert client.get("/header").json() == "somebody"
