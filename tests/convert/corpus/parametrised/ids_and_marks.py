import pytest


@pytest.mark.parametrize("name", [pytest.param("a", id="short"), pytest.param("a" * 20, id="long")])
@pytest.mark.filterwarnings("error")
def test_names(name, client):
    response = client.post("/items", json={"name": name})
    assert response.json()["name"] == name
