class TestHealth:
    """The service is up."""

    def test_is_healthy(self, client):
        """It says so."""
        response = client.get("/health")

        assert response.status_code == 200

    def test_elsewhere_is_nothing(self, client):
        assert client.get("/nope").status_code == 404
