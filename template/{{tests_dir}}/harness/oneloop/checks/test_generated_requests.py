"""The app answers what its description says, and never by a 5xx; for `pytest -m contract`."""

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from oneloop.checks import ASKED
from oneloop.clients import ClientAs, LiveServer

if TYPE_CHECKING:
    from oneloop.checks.generated_requests import Asker

pytestmark = pytest.mark.contract

ANONYMOUS = "anonymous"
MOST_POWERFUL = "the first of roles"


@pytest.fixture(params=[ANONYMOUS, MOST_POWERFUL])
async def caller(
    request: pytest.FixtureRequest,
    async_client: AsyncClient,
    client_as: ClientAs,
    roles: Sequence[str],
) -> AsyncClient:
    return async_client if request.param == ANONYMOUS else await client_as(roles[0])


@pytest.fixture
async def asker(app: FastAPI, live_server: LiveServer, caller: AsyncClient) -> "Asker":
    if find_spec("schemathesis") is None:
        pytest.fail(
            "Schemathesis, which makes the requests, is not installed in this environment. Run:\n"
            f"    {ASKED}",
            pytrace=False,
        )
    from oneloop.checks.generated_requests import Asker  # noqa: PLC0415  a second, for the runs that ask for it

    async with AsyncClient() as plain:
        headers = {
            name: value for name, value in caller.headers.items() if name not in plain.headers
        }
    if caller.cookies:
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in caller.cookies.items())
    return Asker(app.openapi(), live_server.url, headers)


async def test_each_operation_answers_as_described(asker: "Asker") -> None:
    try:
        await asyncio.to_thread(asker.ask_everything)
    finally:
        asker.stop.set()  # Ctrl-C ends the thread too
