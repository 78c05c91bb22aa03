import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.mark.parametrize("client", [TestClient(app)])
def test_health(client):
    assert client.get("/health").status_code == 200
