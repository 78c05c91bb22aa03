from fastapi.testclient import TestClient

from app.core.config import settings


def token_headers(client: TestClient) -> dict[str, str]:
    r = client.post(f"{settings.API_V1_STR}/login/access-token", json={"email": "a", "password": "b"})
    return {"Authorization": f"Bearer {r.json()['access_token']}"}
