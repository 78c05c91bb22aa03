def health(client):
    return client.get("/health").json()


def test_map(client):
    assert list(map(health, [client])) == [{"status": "healthy"}]
