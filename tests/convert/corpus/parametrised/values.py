import pytest


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/health", 200),
        ("/nope", 404),
    ],
)
def test_status(client, path, status):
    assert client.get(path).status_code == status
