import pytest


@pytest.mark.parametrize("method", ["get", "post"])
async def test_request(async_client, method):
    assert (await async_client.request(method, "/nope")).status_code == 404


# TODO: not converted (arguments), see docs/testing/converting.md#arguments
@pytest.mark.parametrize("method", ["get", "post"])
def test_getattr_is_left(client, method):
    assert getattr(client, method)("/nope").status_code == 404
