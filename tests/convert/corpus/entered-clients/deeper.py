from fastapi.testclient import TestClient

from app.main import app


def test_deeper(tmp_path):
    if name := tmp_path.name:
        with TestClient(app) as client:
            text = """
  kept as it is
"""
            response = client.post(
                "/items",
                json={"name": name + text.strip()},
            )
            assert response.status_code == 201
