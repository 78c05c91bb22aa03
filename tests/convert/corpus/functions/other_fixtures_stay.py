import pytest


@pytest.fixture
def name():
    return "table"


def test_create(client, name, tmp_path):
    (tmp_path / "name").write_text(name)
    response = client.post("/items", json={"name": (tmp_path / "name").read_text()})
    assert response.status_code == 201
    assert response.json()["name"] == "table"
