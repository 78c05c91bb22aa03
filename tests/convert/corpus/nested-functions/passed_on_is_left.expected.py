# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_nested(client):
    def status(path):
        return client.get(path).status_code

    assert list(map(status, ["/health"])) == [200]
