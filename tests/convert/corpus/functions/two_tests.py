def test_first(client):
    assert client.get("/health").status_code == 200


def test_second(client):
    assert client.get("/nowhere").status_code == 404
