import pytest


@pytest.mark.filterwarnings("error")
class TestBoth:
    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call("/health").status_code == 200

    @pytest.mark.parametrize("path", ["/health", "/items"])
    def test_converted(self, client, path):
        assert client.get(path).status_code == 200
