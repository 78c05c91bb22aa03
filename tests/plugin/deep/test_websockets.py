"""Websockets: the same test passes with a socket between, and without one."""

import asyncio

import pytest
from fastapi import HTTPException, WebSocket, WebSocketDisconnect
from httpx2 import AsyncClient
from httpx2.websockets import WebSocketDisconnect as ClosedByServer
from httpx2.websockets import WebSocketNetworkError, WebSocketUpgradeError

from oneloop.app import RunningApp
from oneloop.clients import open_async_client
from oneloop.test_run import TestRun
from tests.deep.probe import PREFIX, Probe


async def test_websocket_carries_words_both_ways_as_their_client(
    probe: Probe, either_way: AsyncClient
) -> None:
    @probe.websocket("/echo")
    async def echo(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol=websocket.scope["subprotocols"][0])
        await websocket.send_text(websocket.headers["authorization"])
        async for text in websocket.iter_text():
            await websocket.send_json({"said": text, "to": websocket.query_params["to"]})

    either_way.headers["Authorization"] = "Bearer mine"
    where = f"{PREFIX}/echo?to=me"
    async with either_way.websocket(where, subprotocols=["words"]) as websocket:
        greeted = await websocket.receive_text()
        await websocket.send_text("hello")

        assert await websocket.receive_json() == {"said": "hello", "to": "me"}
        assert (greeted, websocket.subprotocol) == ("Bearer mine", "words")


async def test_websockets_let_the_handler_see_that_the_client_left(
    probe: Probe, either_way: AsyncClient
) -> None:
    ended = []

    @probe.websocket("/wait")
    async def wait(websocket: WebSocket) -> None:
        await websocket.accept()
        try:
            await websocket.receive_text()
        except WebSocketDisconnect as left:
            ended.append(left.code)

    async with either_way.websocket(f"{PREFIX}/wait"):
        pass

    assert ended == [1000]


async def test_websockets_whose_handler_does_not_notice_are_left_running(
    probe: Probe, _running_app: RunningApp, _test_run: TestRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a server: the test goes on, and the handler is a leak with its line."""
    monkeypatch.setattr("oneloop.clients.transports.LEFT_SECONDS", 0.05)
    monkeypatch.setattr("oneloop.leaks.tasks.WAIT_SECONDS", 0.05)
    before = asyncio.all_tasks()

    @probe.websocket("/push")
    async def push(websocket: WebSocket) -> None:
        await websocket.accept()
        await asyncio.Event().wait()

    async with (
        open_async_client(_running_app.asgi, context=_running_app.context) as client,
        client.websocket(f"{PREFIX}/push"),
    ):
        pass

    (line,) = await _test_run.leaks.tasks.settle(asyncio.all_tasks() - before)
    assert f"WEBSOCKET {PREFIX}/push, whose client has left" in line
    assert "test_websockets.py:" in line


async def test_websockets_are_closed_with_the_handlers_code(
    probe: Probe, either_way: AsyncClient
) -> None:
    @probe.websocket("/enough")
    async def enough(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close(4000, "enough")

    async with either_way.websocket(f"{PREFIX}/enough") as websocket:
        with pytest.raises(ClosedByServer) as closed:
            await websocket.receive_text()

    assert (closed.value.code, closed.value.reason) == (4000, "enough")


@pytest.mark.parametrize("code", [None, 1011])
async def test_websockets_of_a_handler_that_raises_break_off(
    probe: Probe, either_way: AsyncClient, code: int | None
) -> None:
    """A server sends no close frame then. A handler that closes with 1011 sends one."""

    @probe.websocket("/broken")
    async def broken(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive_text()
        if code is None:
            raise RuntimeError("planned")
        await websocket.close(code)

    async with either_way.websocket(f"{PREFIX}/broken") as websocket:
        await websocket.send_text("begin")
        with pytest.raises(WebSocketNetworkError if code is None else ClosedByServer):
            await websocket.receive_text()


@pytest.mark.parametrize("status", [401, 403, 500])
async def test_websockets_are_refused_with_a_status(
    probe: Probe, either_way: AsyncClient, status: int
) -> None:
    @probe.websocket("/private")
    async def private(websocket: WebSocket) -> None:
        if status == 401:
            raise HTTPException(status)
        if status == 500:
            raise RuntimeError("planned")
        await websocket.close(1011)

    with pytest.raises(WebSocketUpgradeError) as refused:
        async with either_way.websocket(f"{PREFIX}/private"):
            pass

    assert refused.value.response.status_code == status


async def test_websockets_let_a_failed_assertion_out_as_it_is(
    probe: Probe, either_way: AsyncClient
) -> None:
    @probe.websocket("/wait")
    async def wait(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.receive()

    with pytest.raises(AssertionError, match=r"^mine$"):
        async with either_way.websocket(f"{PREFIX}/wait"):
            raise AssertionError("mine")
