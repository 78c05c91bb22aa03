from httpx2 import AsyncClient


async def get_auth_token(client: AsyncClient, email: str, password: str) -> str:
    """Log in."""
    response = await client.post("/auth/login", json={"email": email, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"]


async def test_token(async_client: AsyncClient) -> None:
    assert await get_auth_token(async_client, "admin@test.com", "admin")
