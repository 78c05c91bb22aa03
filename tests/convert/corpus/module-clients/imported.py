from .shared import client


def test_health():
    assert client.get("/health").status_code == 200
# --- shared.py
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
