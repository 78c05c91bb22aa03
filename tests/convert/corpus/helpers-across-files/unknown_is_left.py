import json


def test_dump(client):
    assert json.dumps(client, default=lambda given: given.get("/health").json())
