"""A fake answers for everybody else, and the service's own requests are refused too."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import Depends, FastAPI
from httpx2 import AsyncClient

from ..guard import Guard
from ..network import ExternalHTTP
from ..network.errors import NetworkError, UnexpectedRequestError
from .probe import PREFIX, Probe

# A name that nobody can have (RFC 2606), should the guard ever fail.
NAME = "rates.invalid"
URL = f"https://{NAME}/latest"


async def get_http_client() -> AsyncIterator[AsyncClient]:
    """Stand for a service's own dependency."""
    async with AsyncClient(timeout=5) as client:
        yield client


HttpClient = Annotated[AsyncClient, Depends(get_http_client)]


@pytest.fixture
def rates(probe: Probe) -> str:
    """Give the path of a route that asks another service."""

    @probe.get("/rates")
    async def read_rates(client: HttpClient) -> Any:
        try:
            response = await client.get(URL, params={"base": "EUR"})
        except httpx2.TransportError as error:
            return {"error": type(error).__name__}
        except Exception:  # noqa: BLE001  a service that hides every failure
            return {"error": "hidden"}
        return response.json()

    return f"{PREFIX}/rates"


async def test_a_refusal_that_the_service_hides_is_raised_again(
    rates: str, async_client: AsyncClient, guard: Guard
) -> None:
    assert (await async_client.get(rates)).json() == {"error": "hidden"}

    with pytest.raises(NetworkError, match=f"{NAME}:443"):
        guard.raise_violation()


async def test_the_fake_answers_and_records(
    rates: str, app: FastAPI, async_client: AsyncClient, external_http: ExternalHTTP
) -> None:
    app.dependency_overrides[get_http_client] = lambda: external_http.client
    external_http.answer("GET", URL, json={"USD": 1.1})

    assert (await async_client.get(rates)).json() == {"USD": 1.1}
    assert [str(request.url) for request in external_http.requests] == [f"{URL}?base=EUR"]


async def test_the_fake_can_be_down(
    rates: str, app: FastAPI, async_client: AsyncClient, external_http: ExternalHTTP
) -> None:
    app.dependency_overrides[get_http_client] = lambda: external_http.client
    external_http.answer("GET", URL, raises=httpx2.ConnectTimeout("too late"))

    assert (await async_client.get(rates)).json() == {"error": "ConnectTimeout"}


async def test_an_unexpected_request_is_named(
    rates: str,
    app: FastAPI,
    async_client: AsyncClient,
    external_http: ExternalHTTP,
    guard: Guard,
) -> None:
    app.dependency_overrides[get_http_client] = lambda: external_http.client
    external_http.answer("POST", URL)

    assert (await async_client.get(rates)).json() == {"error": "hidden"}
    with pytest.raises(UnexpectedRequestError, match=f"asked for GET {URL}, .* has POST {URL}"):
        guard.raise_violation()
