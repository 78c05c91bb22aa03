"""Websockets within the process: httpx2's transport, with the refusals that a server gives."""

from httpx2 import Request, Response
from httpx2.websockets import (
    ASGIWebSocketTransport,
    WebSocketDisconnect,
    WebSocketUpgradeError,
)
from starlette.types import ASGIApp

from .timeouts import LIMIT_SECONDS


class WebSocketTransport(ASGIWebSocketTransport):
    """Opens websockets on the app; a websocket that the app closes at once is a 403."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app, initial_receive_timeout=LIMIT_SECONDS)

    async def handle_async_request(self, request: Request) -> Response:
        """Return the answer, or raise `WebSocketUpgradeError` with the one of a refusal."""
        try:
            return await super().handle_async_request(request)
        except WebSocketDisconnect as refused:
            raise WebSocketUpgradeError(Response(403, request=request)) from refused
