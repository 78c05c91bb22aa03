from httpx2 import AsyncClient, Response


async def test_already(async_client: AsyncClient):
    response: Response = await async_client.get("/health")
    assert response.status_code == 200


async def test_sync(async_client: AsyncClient):
    response: Response = await async_client.get("/health")
    assert response.status_code == 200
