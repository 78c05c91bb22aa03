# TODO: not converted (streams), see docs/testing/converting.md#streams
def test_health(client):
    assert client.get("/health").status_code == 200
