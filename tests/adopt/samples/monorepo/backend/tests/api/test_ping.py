def test_ping(client):
    assert client.get("/ping").json() == "pong"


def test_every_answer_names_the_version(client):
    for path in ("/ping", "/nowhere"):
        assert client.get(path).headers["X-Version"] == "1"
