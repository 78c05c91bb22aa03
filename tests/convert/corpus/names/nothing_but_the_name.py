clients = {"get": "a dictionary"}


def test_dictionary():
    client = {"/health": 200}
    assert client.get("/health") == 200
    assert clients.get("get") == "a dictionary"
