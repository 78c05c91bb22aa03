# TODO: not converted (laziness), see docs/testing/converting.md#laziness
def test_lazy(client):
    answers = (client.get(path) for path in ("/health", "/nope"))
    assert next(answers).status_code == 200


# TODO: not converted (laziness), see docs/testing/converting.md#laziness
def test_any_stops_early(client):
    found = any(client.get(path).status_code == 200 for path in ("/health", "/nope"))
    assert found
