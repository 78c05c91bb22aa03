# TODO: not converted (names), see docs/testing/converting.md#names
def test_shadowed(client):
    assert client.get("/health").status_code == 200
    for client in ({"/health": 1},):
        assert client.get("/health") == 1
