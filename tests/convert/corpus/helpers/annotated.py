from fastapi.testclient import TestClient


def get_auth_token(client: TestClient, email: str, password: str) -> str:
    """Log in."""
    response = client.post("/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"]


def test_token(client: TestClient) -> None:
    assert get_auth_token(client, "admin@test.com", "admin")
