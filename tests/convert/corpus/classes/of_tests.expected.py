class TestHealth:
    """The service is up."""

    async def test_is_healthy(self, async_client):
        """It says so."""
        response = await async_client.get("/health")

        assert response.status_code == 200

    async def test_elsewhere_is_nothing(self, async_client):
        assert (await async_client.get("/nope")).status_code == 404
