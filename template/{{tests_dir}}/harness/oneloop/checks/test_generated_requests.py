"""The app answers as its description says, and never with a 5xx. Runs with `-m contract` only."""

import asyncio
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from oneloop.checks import CONTRACT
from oneloop.clients import ClientAs, LiveServer

if TYPE_CHECKING:
    from oneloop.checks.generated_requests import GeneratedRequests

pytestmark = pytest.mark.contract

ANONYMOUS = "anonymous"
FIRST_ROLE = "the first of roles"


@pytest.fixture(params=[ANONYMOUS, FIRST_ROLE])
async def caller(
    request: pytest.FixtureRequest,
    async_client: AsyncClient,
    client_as: ClientAs,
    roles: Sequence[str],
) -> AsyncClient:
    return async_client if request.param == ANONYMOUS else await client_as(roles[0])


@pytest.fixture
async def generated_requests(
    app: FastAPI, live_server: LiveServer, caller: AsyncClient
) -> "GeneratedRequests":
    if find_spec("schemathesis") is None:
        pytest.fail(f"Schemathesis is not installed. Run:\n    {CONTRACT}", pytrace=False)
    # Imported here: it takes a second, which only these tests pay.
    from oneloop.checks.generated_requests import GeneratedRequests  # noqa: PLC0415

    async with AsyncClient() as plain:
        headers = {
            name: value for name, value in caller.headers.items() if name not in plain.headers
        }
    if caller.cookies:
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in caller.cookies.items())
    return GeneratedRequests(app.openapi(), live_server.url, headers)


async def test_each_operation_answers_as_described(
    generated_requests: "GeneratedRequests",
) -> None:
    try:
        await asyncio.to_thread(generated_requests.send_all)
    finally:
        generated_requests.stop.set()  # the thread ends on Ctrl-C too
