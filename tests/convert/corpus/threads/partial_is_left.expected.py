from functools import partial


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
def test_partial(client):
    get = partial(client.get, "/echo")
    assert get(params={"x": "a"}).json() == {"x": "a"}
