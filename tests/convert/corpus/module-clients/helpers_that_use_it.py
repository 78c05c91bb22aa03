from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)


def create(name):
    response = client.post("/items", json={"name": name})
    return response.json()


def test_create():
    assert create("a")["name"] == "a"


def test_two():
    numbers = {create(name)["id"] for name in ("a", "b")}
    assert len(numbers) == 2
