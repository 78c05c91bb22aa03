def test_all(client):
    assert all(client.get(path).status_code == 200 for path in ("/health", "/items"))
    assert not any(client.get(path).status_code == 500 for path in ("/health", "/nope"))
