import pytest

pytestmark = pytest.mark.usefixtures("client")


# TODO: not converted (fixtures), see docs/testing/converting.md#fixtures
def test_health(client):
    assert client.get("/health").status_code == 200
