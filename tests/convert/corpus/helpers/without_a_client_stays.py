def body(name):
    return {"name": name}


def check(response):
    assert response.status_code == 201


def test_create(client):
    check(client.post("/items", json=body("a")))
