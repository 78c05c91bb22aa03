# TODO: not converted (nothing-asserted), see docs/testing/converting.md#nothing-asserted
def test_does_not_raise(client):
    client.get("/health")
