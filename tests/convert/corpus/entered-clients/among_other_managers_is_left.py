from unittest.mock import patch

from fastapi.testclient import TestClient

from app.main import app


def test_greeting():
    with patch("app.main.GREETING", "bye"), TestClient(app) as client:
        assert client.get("/greeting").json() == "bye"
