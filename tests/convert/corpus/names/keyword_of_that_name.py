def connect(*, client):
    return client


def test_keyword(client):
    assert connect(client="somebody") == "somebody"
    assert client.get("/health").status_code == 200
