# TODO: not converted (names), see docs/testing/converting.md#names
def test_alias(client):
    c = client
    assert c.get("/health").status_code == 200
