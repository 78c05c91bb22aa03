class TestBoth:
    """Both kinds."""

    # This one stays.
    def test_left(self, client):
        call = lambda path: client.get(path)
        assert call("/health").status_code == 200

    def test_arithmetic(self):
        assert 1 + 1 == 2

    # And this one goes.
    def test_converted(self, client):
        assert client.get("/health").status_code == 200


def test_after():
    assert True
