def health(client):
    return client.get("/health").json()


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_map(client):
    assert list(map(health, [client])) == [{"status": "healthy"}]
