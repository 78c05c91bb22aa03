"""Promises 6 and 16: answers that come in parts, and those who do not wait for the end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import BackgroundTasks, Request
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient, RemoteProtocolError
from starlette.types import Receive, Scope, Send

from oneloop.clients import open_async_client, open_live_client
from oneloop.clients.timeouts import limited
from oneloop.clients import LiveServer
from tests.deep.probe import PREFIX, Probe


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
        self, probe: Probe, either_way: AsyncClient
    ) -> None:
        begun, seen = asyncio.Event(), asyncio.Event()

        @probe.get("/slow")
        async def slow(request: Request) -> None:
            begun.set()
            while (await request.receive())["type"] != "http.disconnect":
                pass
            seen.set()

        asking = asyncio.create_task(either_way.get(f"{PREFIX}/slow"))
        await begun.wait()
        asking.cancel()

        async with limited("The handler, to hear that its client left"):
            await seen.wait()
        with pytest.raises(asyncio.CancelledError):
            await asking

    async def test_time_limit_is_for_each_part_of_the_answer(
        self, probe: Probe, async_client: AsyncClient
    ) -> None:
        """As over a socket: neither for all parts together, nor for the work after them."""
        done = []

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(4):
                yield b"part"
                await asyncio.sleep(0.3)

        async def work() -> None:
            await asyncio.sleep(1.1)
            done.append("work")

        @probe.get("/parts")
        async def stream(background: BackgroundTasks) -> StreamingResponse:
            background.add_task(work)
            return StreamingResponse(parts())

        response = await async_client.get(f"{PREFIX}/parts", timeout=1)

        assert response.content == b"part" * 4
        assert done == ["work"]

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
