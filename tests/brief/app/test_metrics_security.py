"""The brief's tests as they were before: four of these eight fail on asyncpg, and none on aiosqlite."""


def get_auth_token(client, email, password):
    response = client.post("/api/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"]


class TestBasicRouting:
    """No database: a sync client is all these need."""

    def test_health_endpoint_returns_200(self, client):  # audit: keep
        response = client.get("/api/health")
        assert response.status_code == 200
        assert response.json() == {"status": "healthy"}

    def test_invalid_json_returns_422(self, client):  # audit: keep
        response = client.post("/api/auth/login", json={"invalid": "data"})
        assert response.status_code == 422


class TestMetricsEndpointSecurity:
    def test_unauthenticated_request_returns_401(self, client):  # audit: convert-first
        response = client.get("/api/metrics")
        assert response.status_code == 401
        assert response.json()["detail"] == "Not authenticated"

    def test_invalid_token_returns_401(self, client):  # audit: convert-first
        response = client.get("/api/metrics", headers={"Authorization": "Bearer nonsense"})
        assert response.status_code == 401

    def test_non_admin_user_returns_403(self, client, test_users):  # audit: convert-first
        editor = test_users["editor"]
        token = get_auth_token(client, editor["user"].email, editor["password"])
        response = client.get("/api/metrics", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 403
        assert "admin" in response.json()["detail"].lower()

    def test_writer_returns_403(self, client, test_users):  # audit: convert-first
        writer = test_users["writer"]
        token = get_auth_token(client, writer["user"].email, writer["password"])
        response = client.get("/api/metrics", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 403

    def test_admin_user_can_access_metrics(self, client, test_users):  # audit: convert-first
        admin = test_users["admin"]
        token = get_auth_token(client, admin["user"].email, admin["password"])
        response = client.get("/api/metrics", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 200

    def test_metrics_are_integers(self, client, test_users):  # audit: convert-first
        admin = test_users["admin"]
        token = get_auth_token(client, admin["user"].email, admin["password"])
        response = client.get("/api/metrics", headers={"Authorization": f"Bearer {token}"})
        assert isinstance(response.json()["active_users"], int)
