def test_lambda(client):
    get = lambda path: client.get(path)
    assert get("/health").status_code == 200
