import pytest


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health", 200),
        ("/nope", 404),
    ],
)
async def test_status(async_client, path, status):
    assert (await async_client.get(path)).status_code == status
