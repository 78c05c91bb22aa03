"""Promise 11: the client policy is enforced when tests run; `test_policy_rules` has the rest."""

from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Depends
from fastapi.security import HTTPBasic
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from oneloop.clients import SyncClient
from oneloop.errors import ClientPolicyError
from tests.deep.probe import PREFIX, Probe


class Body(BaseModel):
    """Something to validate."""

    copies: int


def test_routing_and_validation_are_answered(probe: Probe, client: SyncClient) -> None:
    @probe.post("/orders")
    async def order(body: Body) -> int:
        return body.copies

    assert client.post(f"{PREFIX}/orders", json={"copies": 2}).json() == 2
    assert client.post(f"{PREFIX}/orders", json={"copies": "two"}).status_code == 422
    assert client.get(f"{PREFIX}/orders").status_code == 405


def test_database_is_refused_at_the_line_of_the_call(probe: Probe, client: SyncClient) -> None:
    @probe.get("/one")
    async def one(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
        await session.execute(text("SELECT 1"))

    with pytest.raises(ClientPolicyError, match="reached the database") as refused:
        client.get(f"{PREFIX}/one")

    line = refused.traceback[0].lineno + 1
    assert f"test_client_policy.py:{line}: write `async def`" in str(refused.value)
    assert str(refused.value).startswith("test_database_is_refused_at_the_line_of_the_call ")


def test_database_is_refused_around_the_dependency(
    probe: Probe, client: SyncClient, db_engine: AsyncEngine
) -> None:
    @probe.get("/one")
    async def one(background: BackgroundTasks) -> None:
        background.add_task(ask)

    async def ask() -> None:
        async with db_engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    with pytest.raises(ClientPolicyError, match="reached the database"):
        client.get(f"{PREFIX}/one")


def test_refusal_that_a_handler_swallows_is_raised_all_the_same(
    probe: Probe, client: SyncClient
) -> None:
    @probe.get("/one")
    async def one(session: Annotated[AsyncSession, Depends(probe.session)]) -> str:
        try:
            await session.execute(text("SELECT 1"))
        except Exception:  # noqa: BLE001  swallowing it is what the test is about
            return "never mind"
        return "accepted"

    with pytest.raises(ClientPolicyError, match="reached the database"):
        client.get(f"{PREFIX}/one")


def protect(probe: Probe) -> list[str]:
    """Put a route on the probe whose dependency's dependency is a security scheme."""
    called: list[str] = []
    scheme = HTTPBasic(auto_error=False)

    async def caller(_: Annotated[object, Depends(scheme)]) -> None: ...

    @probe.get("/secret", dependencies=[Depends(caller)])
    async def secret() -> None:
        called.append("secret")

    return called


def test_authentication_is_refused_before_anything_runs(probe: Probe, client: SyncClient) -> None:
    called = protect(probe)

    with pytest.raises(ClientPolicyError, match=r"authenticates its caller \(HTTPBasic\)"):
        client.get(f"{PREFIX}/secret")

    assert called == []


@pytest.mark.sync_client("the exemption itself is tested")
def test_exempt_test_may_ask_a_route_that_authenticates(probe: Probe, client: SyncClient) -> None:
    called = protect(probe)

    assert client.get(f"{PREFIX}/secret").status_code == 200
    assert called == ["secret"]
