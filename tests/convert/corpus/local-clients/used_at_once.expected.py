from fastapi.testclient import TestClient

from app.main import app


async def test_health(async_client):
    response = await async_client.get("/health")
    assert response.status_code == 200


# TODO: not converted (clients), see docs/testing/converting.md#clients
def test_two_are_left():
    assert TestClient(app).get("/set-cookie").status_code == 200
    assert TestClient(app).get("/cookies").json() == {}
