from fastapi.testclient import TestClient

from app.main import app


# TODO: not converted (one-line), see docs/testing/converting.md#one-line
def test_one_line():
    with TestClient(app) as client: assert client.get("/health").status_code == 200
