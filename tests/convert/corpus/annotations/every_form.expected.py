import typing

from httpx2 import AsyncClient


async def test_name(async_client: AsyncClient) -> None:
    assert (await async_client.get("/health")).status_code == 200


async def test_string(async_client: "AsyncClient"):
    assert (await async_client.get("/health")).status_code == 200


async def test_dotted(async_client: AsyncClient):
    assert (await async_client.get("/health")).status_code == 200


async def test_optional(async_client: typing.Optional[AsyncClient]):
    assert (await async_client.get("/health")).status_code == 200
