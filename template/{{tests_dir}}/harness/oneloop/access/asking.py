"""Asks a route, as the access matrix says."""

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
DOUBTFUL = {404, 405, 422}


class Answer(NamedTuple):
    """A status, and what to show of the answer when it is not the declared one."""

    status: int
    said: str


class Asker(NamedTuple):
    """Asks one app, as anybody."""

    client_as: ClientAs
    anonymous: AsyncClient
    session: AsyncSession
    users: Mapping[str, UserWithPassword]
    asgi: ASGIApp

    async def ask(self, case: Case, access: Access) -> Answer:
        """Arrange, send the request, and return its status; of a websocket, the handshake's."""
        client = self.anonymous if case.role == ANONYMOUS else await self.client_as(case.role)
        call = await access.arrange(Given(self.session, client, case.role, self.users))
        path = fill_in(case, call.get("path", {}))
        options: dict[str, Any] = {name: value for name, value in call.items() if name != "path"}
        if case.method == WEBSOCKET:
            headers = {**client.headers, **options.get("headers", {})}
            status = await shake_hands(self.asgi, path, options.get("params", {}), headers)
            return Answer(status, "")
        response = await client.request(case.method, path, **options)
        hint = "Is the request itself right? " if response.status_code in DOUBTFUL else ""
        return Answer(response.status_code, f"{hint}It said: {response.text[:SHOWN]}")


def fill_in(case: Case, values: Mapping[str, object]) -> str:
    """Return the path with its `{...}` filled in; refuse one for which there is no value."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise AccessError(
                f"{case.entry}: nothing fills in {{{name}}}. In {FILE}, give the entry "
                f'`call=Call(path={{"{name}": ...}})`, or an `arrange` that returns it.'
            )
        return quote(str(values[name]))

    return re.sub(r"{(\w+)}", value, case.path)


async def shake_hands(
    asgi: ASGIApp, path: str, params: Mapping[str, Any], headers: Mapping[str, str]
) -> int:
    """Open a websocket and leave it; return 101, or the status of the refusal, as servers do."""
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
