import pytest


@pytest.mark.parametrize("method", ["get", "post"])
def test_request(client, method):
    assert client.request(method, "/nope").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_getattr_is_left(client, method):
    assert getattr(client, method)("/nope").status_code == 404
