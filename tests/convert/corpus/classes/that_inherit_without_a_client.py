class Base:
    path = "/health"


class TestHealth(Base):
    def test_is_healthy(self, client):
        assert client.get(self.path).status_code == 200
