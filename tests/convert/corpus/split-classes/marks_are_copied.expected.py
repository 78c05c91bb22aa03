import pytest


@pytest.mark.filterwarnings("error")
class TestBoth:
    # TODO: not converted (arguments), see docs/testing/converting.md#arguments
    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call("/health").status_code == 200


@pytest.mark.filterwarnings("error")
class TestBothAsync:
    @pytest.mark.parametrize("path", ["/health", "/items"])
    async def test_converted(self, async_client, path):
        assert (await async_client.get(path)).status_code == 200
