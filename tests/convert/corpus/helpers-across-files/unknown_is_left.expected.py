import json


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_dump(client):
    assert json.dumps(client, default=lambda given: given.get("/health").json())
