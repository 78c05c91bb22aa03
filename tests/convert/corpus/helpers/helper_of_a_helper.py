def post(client, path, **options):
    response = client.post(path, **options)
    assert response.status_code in (200, 201)
    return response.json()


def create(client, *, name="a"):
    return post(client, "/items", json={"name": name})


def test_create(client):
    assert create(client)["name"] == "a"
    assert create(client=client, name="b")["name"] == "b"
