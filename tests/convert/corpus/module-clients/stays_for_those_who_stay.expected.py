from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


async def test_converted(async_client):
    assert (await async_client.get("/health")).status_code == 200


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_left():
    call = lambda path: client.get(path)
    assert call("/health").status_code == 200
