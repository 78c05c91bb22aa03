"""Promise 16 and what only a socket shows: the app behind real uvicorn, on the suite's own loop."""

import asyncio
import signal
from collections.abc import Sequence
from typing import Annotated

import pytest
from fastapi import Depends, Request
from httpx2 import AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from oneloop.clients import ClientAs, LiveServer
from oneloop.clients.timeouts import NoAnswerError, limited
from tests.deep.probe import PREFIX, Probe
from tests.deep.schema import Shelf


async def test_live_sends_every_client_through_the_server(  # noqa: PLR0913, PLR0917  the fixtures
    probe: Probe,
    async_client: AsyncClient,
    client_as: ClientAs,
    roles: Sequence[str],
    live_server: LiveServer,
    pytestconfig: pytest.Config,
) -> None:
    @probe.get("/port")
    async def port(request: Request) -> int | None:
        listening: int | None = request.scope["server"][1]
        return listening

    clients = [async_client, *[await client_as(role) for role in roles[:1]]]
    ports = {(await client.get(f"{PREFIX}/port")).json() for client in clients}

    live_port = int(live_server.url.rpartition(":")[2])
    assert ports == {live_port if pytestconfig.getoption("live") else None}


class TestServer:
    async def test_runs_on_the_suites_loop_and_reaches_the_same_rows(
        self, probe: Probe, over_socket: AsyncClient, db_session: AsyncSession
    ) -> None:
        loops = []

        @probe.post("/shelves")
        async def add(session: Annotated[AsyncSession, Depends(probe.session)]) -> None:
            loops.append(asyncio.get_running_loop())
            session.add(Shelf(name="poetry"))

        await over_socket.post(f"{PREFIX}/shelves")

        assert loops == [asyncio.get_running_loop()]
        assert (await db_session.scalars(select(Shelf.name))).all() == ["poetry"]

    async def test_leaves_ctrl_c_to_pytest(self, live_server: LiveServer) -> None:
        handler = signal.getsignal(signal.SIGINT)

        owner = type(getattr(handler, "__self__", None))

        assert "uvicorn" not in {base.__module__.split(".")[0] for base in owner.__mro__}

    async def test_hands_the_lifespans_state_to_each_request_as_a_copy(
        self, probe: Probe, over_socket: AsyncClient
    ) -> None:
        @probe.get("/state")
        async def state(request: Request) -> list[str]:
            before = sorted(request.scope["state"])
            request.state.left_by_the_first = True
            return before

        first, second = [(await over_socket.get(f"{PREFIX}/state")).json() for _ in range(2)]

        assert first == second


async def test_each_wait_has_an_end() -> None:
    with pytest.raises(NoAnswerError, match=r"GET /never did not arrive within 0.02 seconds.* waits for a lock"):
        async with limited("GET /never", seconds=0.02):
            await asyncio.Event().wait()
