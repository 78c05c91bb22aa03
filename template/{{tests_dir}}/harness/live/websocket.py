"""A websocket within the process: the app is a task beside the test, with no socket between."""

from typing import Any

from httpx2 import Request, Response
from starlette.types import ASGIApp

from .wire import Wire


async def open_websocket(app: ASGIApp, request: Request) -> Response:
    """Ask the app for a websocket; the answer is a 101 that holds it, or the app's refusal.

    httpx2's own `ASGIWebSocketTransport` keeps a task group from a fixture's set-up to its
    tear-down, which pytest-asyncio runs in two tasks; and it answers a refusal other than a server.
    """
    wire = Wire(app, _scope(request))
    message = await wire.first()
    headers = list(message.get("headers", []))
    if message["type"] == "websocket.accept":
        if message.get("subprotocol"):
            headers.append((b"sec-websocket-protocol", message["subprotocol"].encode()))
        return Response(101, headers=headers, stream=wire, extensions={"network_stream": wire})
    if message["type"] == "websocket.http.response.start":
        body = b"".join([part async for part in wire.refusal()])
        return Response(message["status"], headers=headers, content=body)
    await wire.leave()
    return Response(message.get("status", 403))


def _scope(request: Request) -> dict[str, Any]:
    url, headers = request.url, request.headers
    asked = headers.get("sec-websocket-protocol", "")
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "headers": [(name.lower(), value) for name, value in headers.raw],
        "subprotocols": [each.strip() for each in asked.split(",") if each.strip()],
        "extensions": {"websocket.http.response": {}},
    }
