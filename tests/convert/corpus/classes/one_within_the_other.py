class TestService:
    class TestHealth:
        def test_is_healthy(self, client):
            assert client.get("/health").status_code == 200
