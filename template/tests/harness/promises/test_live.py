"""Promise 16 and what only a socket shows: the app behind real uvicorn, on the suite's own loop."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Sequence
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Depends, Request
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient, RemoteProtocolError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import Receive, Scope, Send

from ..clients import open_async_client, open_live_client
from ..fixtures.clients import ClientAs
from ..live.errors import NoAnswerError
from ..live.patience import patience
from ..live.server import LiveServer
from .probe import PREFIX, Probe
from .schema import Shelf


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

    clients = [async_client, await client_as(roles[0])]
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
        assert str(live_server) == live_server.url

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

    async def test_sends_an_answer_at_once_and_keeps_the_connection(
        self, probe: Probe, live_server: LiveServer, over_socket: AsyncClient
    ) -> None:
        @probe.get("/port")
        async def port(request: Request) -> int:
            assert request.client is not None
            return request.client.port

        ports = {(await over_socket.get(f"{PREFIX}/port")).json() for _ in range(3)}
        (connection,) = [
            each for each in live_server.connections() if each.getpeername()[1] in ports
        ]

        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), "40 ms a request"


class TestStreams:
    async def test_parts_arrive_as_they_are_sent(
        self, probe: Probe, over_socket: AsyncClient
    ) -> None:
        first_part_read = asyncio.Event()

        async def parts() -> AsyncIterator[str]:
            yield "one\n"
            await first_part_read.wait()
            yield "two\n"

        @probe.get("/parts")
        async def stream() -> StreamingResponse:
            return StreamingResponse(parts())

        got = []
        async with over_socket.stream("GET", f"{PREFIX}/parts") as response:
            async for line in response.aiter_lines():
                got.append(line)
                first_part_read.set()

        assert got == ["one", "two"]

    async def test_server_sent_events_and_a_client_that_leaves(
        self, probe: Probe, over_socket: AsyncClient
    ) -> None:
        ended = []

        async def events() -> AsyncIterator[str]:
            try:
                yield "event: tick\ndata: 1\n\n"
                await asyncio.Event().wait()
            finally:
                ended.append("cleaned up")

        @probe.get("/events")
        async def stream() -> StreamingResponse:
            return StreamingResponse(events(), media_type="text/event-stream")

        async with over_socket.sse(f"{PREFIX}/events") as source:
            event = await anext(aiter(source))

        assert (event.event, event.data) == ("tick", "1")
        assert ended == ["cleaned up"]

    async def test_handler_hears_that_its_client_left(
        self, probe: Probe, over_socket: AsyncClient
    ) -> None:
        begun, seen = asyncio.Event(), asyncio.Event()

        @probe.get("/slow")
        async def slow(request: Request) -> None:
            begun.set()
            while (await request.receive())["type"] != "http.disconnect":
                pass
            seen.set()

        asking = asyncio.create_task(over_socket.get(f"{PREFIX}/slow"))
        await begun.wait()
        asking.cancel()

        async with patience("The handler, to hear that its client left"):
            await seen.wait()
        with pytest.raises(asyncio.CancelledError):
            await asking

    async def test_background_tasks_are_done_when_the_answer_is_there(
        self, probe: Probe, either_way: AsyncClient
    ) -> None:
        done = []

        async def work() -> None:
            await asyncio.sleep(0.01)
            done.append("work")

        @probe.post("/work")
        async def begin(background: BackgroundTasks) -> None:
            background.add_task(work)

        await either_way.post(f"{PREFIX}/work")

        assert done == ["work"]


async def test_answer_that_broke_off_is_none_either_way() -> None:
    async def breaks_off(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half of it", "more_body": True})
        raise LookupError

    server = LiveServer(breaks_off)
    await server.start()

    try:
        for client in (open_async_client(breaks_off), open_live_client(server)):
            async with client:
                with pytest.raises(RemoteProtocolError):
                    await client.get("/")
    finally:
        await server.stop()


async def test_each_wait_has_an_end() -> None:
    with pytest.raises(NoAnswerError, match=r"GET /never: nothing came within 0.02 seconds"):
        async with patience("GET /never", seconds=0.02):
            await asyncio.Event().wait()
