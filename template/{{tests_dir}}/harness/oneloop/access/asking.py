"""Sends the request of an entry in ACCESS, as one of the roles."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Message

from ..app.routes import WEBSOCKET
from ..clients import ClientAs
from ..users import UserWithPassword
from .declared import FILE, Case
from .matrix import ANONYMOUS, Access, AccessError, Given

SHOWN = 300
OFTEN_INVALID = {404, 405, 422}


class Answer(NamedTuple):
    """A status, and what to report of the response if another one was declared."""

    status: int
    details: str


class Asker(NamedTuple):
    client_as: ClientAs
    anonymous: AsyncClient
    session: AsyncSession
    users: Mapping[str, UserWithPassword]
    asgi: ASGIApp

    async def ask(self, case: Case, access: Access) -> Answer:
        client = self.anonymous if case.role == ANONYMOUS else await self.client_as(case.role)
        call = await access.arrange(Given(self.session, client, case.role, self.users))
        path = _fill_in(case, call.get("path", {}))
        options: dict[str, Any] = {name: value for name, value in call.items() if name != "path"}
        if case.method == WEBSOCKET:
            headers = {**client.headers, **options.get("headers", {})}
            status = await _open_websocket(self.asgi, path, options.get("params", {}), headers)
            return Answer(status, "")
        response = await client.request(case.method, path, **options)
        hint = "Is the request valid? " if response.status_code in OFTEN_INVALID else ""
        return Answer(response.status_code, f"{hint}The response was: {response.text[:SHOWN]}")


def _fill_in(case: Case, values: Mapping[str, object]) -> str:
    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise AccessError(
                f"{FILE}: {case.entry} has no value for {{{name}}}. Return it from `arrange`, or "
                f'write:\n    call=Call(path={{"{name}": ...}})'
            )
        return quote(str(values[name]))

    return re.sub(r"{(\w+)}", value, case.path)


async def _open_websocket(
    asgi: ASGIApp, path: str, params: Mapping[str, Any], headers: Mapping[str, str]
) -> int:
    """Open a websocket and leave it; return 101, or the status of the refusal."""
    incoming: list[Message] = [{"type": "websocket.connect"}]
    statuses: list[int] = []

    async def receive() -> Message:
        return incoming.pop() if incoming else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        if message["type"] == "websocket.http.response.start":
            statuses.append(message["status"])
        else:
            statuses.append(101 if message["type"] == "websocket.accept" else 403)

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": ("test", 80),
        "client": ("test", 0),
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(params).encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    await asgi(scope, receive, send)
    return statuses[0]
