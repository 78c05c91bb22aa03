class TestService:
    class TestHealth:
        async def test_is_healthy(self, async_client):
            assert (await async_client.get("/health")).status_code == 200
