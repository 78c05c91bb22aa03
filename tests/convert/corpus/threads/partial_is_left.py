from functools import partial


def test_partial(client):
    get = partial(client.get, "/echo")
    assert get(params={"x": "a"}).json() == {"x": "a"}
