# Used by more than one test.
def create(client, name):
    response = client.post("/items", json={"name": name})
    assert response.status_code == 201
    return response.json()


def test_converted(client):
    assert create(client, "a")["name"] == "a"


def test_left(client):
    call = lambda: client.get("/health")
    assert call().status_code == 200
    assert create(client, "b")["name"] == "b"
