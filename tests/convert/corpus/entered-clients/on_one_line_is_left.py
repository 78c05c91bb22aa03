from fastapi.testclient import TestClient

from app.main import app


def test_one_line():
    with TestClient(app) as client: assert client.get("/health").status_code == 200
