def test_first_iterable(client):
    keys = sorted(key.upper() for key in client.get("/health").json())
    assert keys == ["STATUS"]
