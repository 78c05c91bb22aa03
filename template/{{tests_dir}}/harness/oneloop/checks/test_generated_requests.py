"""The app answers what its description says, and never with a 5xx: `pytest -m contract` only."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from fastapi import FastAPI

from oneloop.checks import CONTRACT
from oneloop.clients import ClientAs, LiveServer
from oneloop.http_library import httpx

pytestmark = pytest.mark.contract
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# The same requests in each run: a failure does not go away by itself.
OPTIONS = ("--checks", CHECKS, "--seed", "1", "--max-examples", "20", "--no-color")


@pytest.fixture(params=["anonymous", "the first of roles"])
async def caller(
    request: pytest.FixtureRequest, async_client: httpx.AsyncClient, client_as: ClientAs, seam_roles: Sequence[str]
) -> httpx.AsyncClient:
    return async_client if request.param == "anonymous" else await client_as(seam_roles[0])


async def test_each_operation_answers_as_described(
    app: FastAPI, live_server: LiveServer, caller: httpx.AsyncClient, tmp_path: Path
) -> None:
    if find_spec("schemathesis") is None:
        pytest.fail(f"Schemathesis is not installed in this environment. Run:\n    {CONTRACT}", False)
    headers = {**caller.headers, "cookie": "; ".join(f"{k}={v}" for k, v in caller.cookies.items())}
    sent = [f"{name}: {headers[name]}" for name in ("authorization", "cookie") if headers.get(name)]
    settings = tmp_path / "schemathesis.toml"
    settings.write_text("auth.auto-signup = false\n")  # it would sign up a user of its own
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(settings), "run", *OPTIONS]
    command += [part for header in sent for part in ("--header", header)]
    command.append(f"{live_server.url}{app.openapi_url}")
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:  # Ctrl-C
            process.kill()
    if process.returncode:
        pytest.fail(
            f"The app answered what its description does not say:\n\n{output.decode()}\n"
            "Fix the handler, or declare the response in the route's `responses`.",
            pytrace=False,
        )
