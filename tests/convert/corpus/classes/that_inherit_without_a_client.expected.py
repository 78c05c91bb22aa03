class Base:
    path = "/health"


class TestHealth(Base):
    async def test_is_healthy(self, async_client):
        assert (await async_client.get(self.path)).status_code == 200
